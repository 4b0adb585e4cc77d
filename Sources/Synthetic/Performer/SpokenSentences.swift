import Face

/// Sentences for voices of several languages, with sounds of every kind.
enum SpokenSentences {
  /// Words of no language, so that no sentence can be learnt by heart: each a few syllables drawn by chance.
  static func babble(_ random: inout SeededRandom) -> String {
    func one(_ list: [String]) -> String { list[Int(random.next() % UInt64(list.count))] }
    let words = (0..<Int(random.within(4, 9))).map { _ in
      (0..<Int(random.within(1, 3.5))).map { _ in one(heads) + one(vowels) + (random.unit() < 0.3 ? one(tails) : "") }.joined()
    }
    return words.joined(separator: " ") + "."
  }
  private static let heads = [
    "b", "p", "m", "f", "v", "w", "t", "d", "n", "s", "z", "l", "r", "k", "g", "h", "sh", "ch", "j", "pl", "br", "sp", "st", "gr", "m", "b",
    "p",
  ]
  private static let vowels = ["a", "e", "i", "o", "u", "a", "o", "ee", "oo", "ai", "ou", "au"]
  private static let tails = ["m", "n", "s", "t", "l", "r", "p", "f", "k", "nd", "mp", "st"]

  /// Those of a voice of eSpeak NG, by the language that its name begins with; English ones for a language that has none.
  static func of(_ voice: String) -> [String] {
    texts[String(voice.prefix { $0.isLetter })] ?? PerformerSpeech.text
  }

  private static let texts: [String: [String]] = [
    "de": [
      "Guten Morgen, ich bin ein Mensch, den es nicht gibt.", "Paul brachte seiner Mutter ein paar frische Blumen vom Markt.",
      "Über den Bäumen am Fluss zogen graue Wolken vorbei.", "Wir müssen morgen früh um fünf Uhr am Bahnhof sein.",
      "Bitte geben Sie mir noch ein Stück von dem warmen Apfelkuchen.", "Schöne Worte hört man gern, aber wer glaubt sie?",
      "Der Bäcker aus Bamberg backt jeden Abend braune Brezeln.", "Oben auf dem Berg war die Luft kalt, klar und ganz still.",
    ],
    "es": [
      "Buenos días, soy una persona que no existe.", "Mi madre compró pan, manzanas y un poco de queso en el mercado.",
      "El viento movía las hojas de los árboles junto al río.", "Mañana por la mañana vamos a caminar por la playa.",
      "Pablo puso la maleta pequeña debajo de la mesa.", "¿Quién abrió la puerta cuando empezó a llover?",
      "La luna iluminaba el camino blanco hasta el pueblo.", "Me gusta escuchar música mientras preparo la comida.",
    ],
    "fr": [
      "Bonjour, je suis une personne qui n'existe pas.", "Ma mère a acheté du pain, des pommes et un peu de beurre.",
      "Le vent poussait les nuages au-dessus de la vieille ville.", "Nous partons demain matin à cinq heures vers la montagne.",
      "Pouvez-vous me montrer le chemin du petit pont bleu ?", "Un beau bateau blanc passait lentement sur le fleuve.",
      "Toujours la même chanson, douce et un peu triste.", "Elle voulait peindre une femme avec un parapluie rouge.",
    ],
    "it": [
      "Buongiorno, sono una persona che non esiste.", "Mia madre ha comprato pane, mele e un po' di formaggio.",
      "Il vento muoveva le foglie degli alberi lungo il fiume.", "Domani mattina andiamo a camminare in montagna.",
      "Paolo ha messo la piccola valigia sotto il tavolo.", "Chi ha aperto la porta quando ha cominciato a piovere?",
      "La luna illuminava la strada bianca fino al paese.", "Mi piace ascoltare la musica mentre preparo la cena.",
    ],
    "pt": [
      "Bom dia, eu sou uma pessoa que não existe.", "Minha mãe comprou pão, maçãs e um pouco de queijo.",
      "O vento movia as folhas das árvores junto ao rio.", "Amanhã de manhã vamos caminhar pela praia.",
      "Pedro pôs a mala pequena debaixo da mesa.", "Quem abriu a porta quando começou a chover?",
    ],
    "pl": [
      "Dzień dobry, jestem osobą, której nie ma.", "Mama kupiła chleb, jabłka i trochę masła.",
      "Wiatr poruszał liśćmi drzew nad brzegiem rzeki.",
      "Jutro rano pójdziemy na spacer po lesie.", "Kto otworzył drzwi, kiedy zaczął padać deszcz?", "Babcia piecze pyszne bułki z makiem.",
    ],
    "nl": [
      "Goedemorgen, ik ben een mens die niet bestaat.", "Mijn moeder kocht brood, appels en een beetje boter.",
      "De wind bewoog de bladeren van de bomen langs de rivier.", "Morgenvroeg gaan we met de boot over het water.",
      "Wie opende de deur toen het begon te regenen?", "Papa maakte vijf warme pannenkoeken voor ons.",
    ],
    "tr": [
      "Günaydın, ben var olmayan bir insanım.", "Annem pazardan ekmek, elma ve biraz peynir aldı.",
      "Rüzgâr ırmağın yanındaki ağaçların yapraklarını oynatıyordu.", "Yarın sabah deniz kenarında yürüyeceğiz.",
      "Yağmur başlayınca kapıyı kim açtı?", "Müzik dinlerken yemek yapmayı severim.",
    ],
    "cmn": [
      "早上好，我是一个不存在的人。", "妈妈买了面包、苹果和一点儿奶酪。", "风吹动了河边的树叶。", "明天早上我们一起去爬山吧。", "下雨的时候，谁把门打开了？",
      "我喜欢一边做饭一边听音乐。", "爸爸把白色的小船画得很漂亮。", "北方的冬天非常冷，但是阳光很好。",
    ],
  ]
}
