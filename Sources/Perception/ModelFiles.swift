extension ModelFile {
  /// What is known of the file; hashes are those that several independent users publish for it, or of the file itself.
  package var description: Description {
    switch self {
    case .lpipsAlex:
      heads("alex", "df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0", 6009, "AlexNet")
    case .lpipsVGG:
      heads("vgg", "a78928a0af1e5f0fcb1f3b9e8f8c3a2a5a3de244d830ad5c1feddc79b8432868", 7289, "VGG-16")
    case .lpipsSqueeze:
      heads("squeeze", "4a5350f23600cb79923ce65bb07cbf57dca461329894153e05a1346bd531cf76", 10811, "SqueezeNet")
    case .alexNet:
      backbone(
        "alexnet-owt-7be5be79.pth", "7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02", 244_408_911, "AlexNet")
    case .vgg16:
      backbone("vgg16-397923af.pth", "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0", 553_433_881, "VGG-16")
    case .squeezeNet:
      backbone("squeezenet1_1-b8a52dc0.pth", "b8a52dc049b60e4b6ab68ad0df457362afab8b6304b2febdc1650a5dab4d7e7b", 4_958_839, "SqueezeNet")
    case .mobileFaceNet:
      Description(
        purpose: "likeness of identity (MobileFaceNet)", fileNames: ["068.ckpt", "mobilefacenet_id_068.ckpt"],
        address: "https://raw.githubusercontent.com/Xiaoccer/MobileFaceNet_Pytorch/master/model/best/068.ckpt",
        licence: "none stated; trained on CASIA-WebFace",
        sha256: "e839247cdbdfc023fb7cadeaf53a4549d50c8fc24ad154c02e35920ea8910d99", size: 4_130_855)
    case .arcFace:
      Description(
        purpose: "likeness of identity (ArcFace IR-SE-50)", fileNames: ["model_ir_se50.pth", "recognition_arcface_ir_se50.pth"],
        address: "https://github.com/xinntao/facexlib/releases/download/v0.1.0/recognition_arcface_ir_se50.pth",
        licence: "code MIT (TreB1eN/InsightFace_Pytorch); weights trained on MS-Celeb-1M, for research only",
        sha256: "a035c768259b98ab1ce0e646312f48b9e1e218197a0f80ac6765e88f8b6ddf28", size: 175_367_323)
    case .faceParser:
      Description(
        purpose: "face parsing (BiSeNet)", fileNames: ["79999_iter.pth", "parsing_bisenet.pth"],
        address: "https://github.com/xinntao/facexlib/releases/download/v0.2.0/parsing_bisenet.pth",
        licence: "of zllrunning/face-parsing.PyTorch, said to be MIT; trained on CelebAMask-HQ, for non-commercial research",
        sha256: "468e13ca13a9b43cc0881a9f99083a430e9c0a38abd935431d1c28ee94b26567", size: 53_289_463)
    case .syncNet:
      Description(
        purpose: "lip sync (SyncNet: LSE-D, LSE-C)", fileNames: ["syncnet_v2.model"],
        address: "https://www.robots.ox.ac.uk/~vgg/software/lipsync/data/syncnet_v2.model",
        licence: "code MIT (joonson/syncnet_python); weights of the Oxford VGG, none stated",
        sha256: "961e8696f888fce4f3f3a6c3d5b3267cf5b343100b238e79b2659bff2c605442", size: 54_573_114)
    }
  }

  private func heads(_ name: String, _ sha256: String, _ size: Int, _ backbone: String) -> Description {
    Description(
      purpose: "LPIPS, its weights on \(backbone)", fileNames: ["lpips_lin_v0.1_\(name).pth", "\(name).pth"],
      address: "https://raw.githubusercontent.com/richzhang/PerceptualSimilarity/master/lpips/weights/v0.1/\(name).pth",
      licence: "BSD-2-Clause (richzhang/PerceptualSimilarity)", sha256: sha256, size: size)
  }
  private func backbone(_ name: String, _ sha256: String, _ size: Int, _ backbone: String) -> Description {
    Description(
      purpose: "LPIPS, its \(backbone)", fileNames: [name], address: "https://download.pytorch.org/models/\(name)",
      licence: "BSD-3-Clause (torchvision); trained on ImageNet", sha256: sha256, size: size)
  }
}
