import Population
