import Face
import Foundation
import Segmentation
import Torch

/// Makes a photo's avatar: geometry from the fitted head and the person's outline, color from the photo.
struct LiftBuilder {
  let head: LiftHead
  let mesh: LiftMesh
  let texture: LiftTexture
  /// `[S, S, 3]` uint8: what is behind the person.
  let plate: Tensor

  init(_ given: LiftPhoto, model: MorphableModel) {
    let head = LiftHead(model, given.state, landmarks: given.landmarks, camera: given.camera)
    var surface = HeadSurface(model, places: head.places)
    // Everything else is made from the photo without earrings.
    let earrings = EarringLayer(surface, head: head, photo: given), photo = earrings?.bare ?? given
    let person = LiftTexture.foreground(photo.pixels, photo)
    plate = PhotoPlate(photo).image

    var scalp = HeadSurface.share(model, of: [.scalp])
    for v in FaceMeshTopology.faceOval { scalp[v] = min(scalp[v], 0.15) }
    let hair = surface.interpolated(scalp)
    HeadOutline.fit(&surface, scalp: hair, head: head, photo: photo)
    // Everything below is colored by the face without its glasses.
    let glasses = GlassesLayer(head: head, photo: photo, person: person)
    let pixels = glasses?.bare ?? photo.pixels
    // Behind a rim goes on the person's own color, and not the wall's that shines through.
    let color = HeadColoring(surface, scalp: hair, head: head, photo: photo, pixels: glasses?.bare ?? person)
    let lids = LidColoring(surface, head: head, photo: photo, pixels: pixels)
    let lips = LipColoring(surface, head: head, photo: photo)
    let eyes = (0..<2).map { EyeTexture($0, head: head, photo: photo, pixels: pixels) }
    let texture = LiftTexture(
      surface, head: head, photo: photo, front: glasses?.bare ?? person, eyes: eyes, over: WornPixels(glasses: glasses, earrings: earrings))

    let headwear = Headwear(head, photo)
    var mesh = LiftMesh()
    for v in 0..<surface.count {
      var vertex = LiftVertex(place: surface.places[v])
      let (l, w) = (surface.links[v], surface.weights[v])
      (vertex.links, vertex.shares) = ([l.x, l.y, l.z, l.x], [w.x, w.y, w.z, 0])
      (vertex.texel, vertex.ownShare, vertex.torso) = (color.texels[v], color.seen[v], surface.torso[v])
      (vertex.other, vertex.otherShare, vertex.color) = (color.others[v], color.otherShares[v], color.colors[v])
      if lids.lids[v].max() > 0 {
        (vertex.other, vertex.otherShare, vertex.lids) = (lids.texels[v], lids.shares[v], lids.lids[v])
        vertex.color = lids.colors[v]
        // A margin is seen though what lies behind it is not: it must not fade with it.
        if color.seen[v] > 0.02 { vertex.ownShare = 1 }
      }
      // A lid closes below a fringe, too.
      if lids.lids[v].max() == 0 { vertex.shares *= 1 - headwear.stillness(vertex.place) }
      if lips.shares[v] > 0 {
        (vertex.other, vertex.otherShare, vertex.color, vertex.lip) = (lips.texels[v], 1, .zero, lips.shares[v])
        if color.seen[v] > 0.02 { vertex.ownShare = 1 }
      }
      mesh.vertices.append(vertex)
    }
    let clothed = Self.clothed(surface, head: head, photo: photo)
    for (t, part) in zip(surface.triangles, surface.parts) where !(0..<3).allSatisfy({ clothed[Int(t[$0])] }) {
      mesh.add(Int(t.x), Int(t.y), Int(t.z), .solid, part.semanticClass)
    }
    mesh.append(EyeTexture.mesh(head, offset: texture.eyes))
    let skin = [50, 280, 151, 195].map { pixels.color(photo.landmarks[$0]) }.reduce(.zero, +) / 4
    mesh.append(MouthInside.mesh(head, photo: photo, pixels: pixels, skin: skin))
    mesh.append(PersonSheet.mesh(surface, head: head, photo: photo, opacity: texture.behindOpacity, offset: texture.behind, headwear))
    if let glasses { mesh.append(glasses.mesh(surface, head: head, photo: photo, offset: texture.wornStart)) }
    if let earrings { mesh.append(earrings.mesh(head: head, photo: photo, offset: texture.wornStart)) }
    (self.head, self.mesh, self.texture) = (head, mesh, texture)
  }

  /// Which vertices of the neck lie where the photo shows clothes: these are the sheet's, and the neck below them would come out as the head moves.
  private static func clothed(_ surface: HeadSurface, head: LiftHead, photo: LiftPhoto) -> [Bool] {
    let camera = photo.camera.inHead(head.source.pose)
    return surface.places.indices.map { v in
      guard surface.torso[v] > 0.05 else { return false }
      let p = camera.project(surface.places[v])
      return photo.label([p.x, p.y]) == .torso
    }
  }
}
