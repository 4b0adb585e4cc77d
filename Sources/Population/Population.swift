import Face
