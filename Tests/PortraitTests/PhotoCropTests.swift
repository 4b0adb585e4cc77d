import Face
import Foundation
import Perception
import Photos
import Portrait
import Testing
import Torch
import Tracking

@Suite struct PhotoCropTests {
  /// The standard face seen from the front with so many pixels a decimetre, its origin at a place, turned in the image.
  private func points(scale: Float, at place: SIMD2<Float>, roll: Float) -> FacePoints {
    let five = PointAlignment.standard.map { p -> SIMD2<Float> in
      let q = SIMD2(Float(p.x), Float(-p.y)) * scale
      return place + [cos(roll) * q.x - sin(roll) * q.y, sin(roll) * q.x + cos(roll) * q.y]
    }
    return FacePoints(leftEye: five[0], rightEye: five[1], nose: five[2], leftMouth: five[3], rightMouth: five[4])
  }

  /// However a face lies in the image, it comes out upright, in one place and of one size: 300 of 700 pixels a decimetre.
  @Test(arguments: [(100, 0), (41, 0.5), (230, -1.2), (77, 3.0)] as [(Float, Float)]) func facesComeOutAlike(scale: Float, roll: Float) {
    let crop = PhotoCrop(points(scale: scale, at: [310, 250], roll: roll), size: 700)
    let seen = points(scale: scale, at: [310, 250], roll: roll)
    let left = crop.crop(seen.leftEye), right = crop.crop(seen.rightEye),
      mouth = (crop.crop(seen.leftMouth) + crop.crop(seen.rightMouth)) / 2
    #expect(abs(left.y - right.y) < 2.5 && left.x < right.x && mouth.y > left.y + 100)
    #expect(abs(right.x - left.x - 300 * 0.6213) < 3)
    // The standard face's origin is the middle.
    let origin = crop.crop([310, 250])
    #expect(length(SIMD3(origin.x - 350, origin.y - 350, 0)) < 3)
    #expect(abs(remainderf(crop.roll - roll, 2 * .pi)) < 0.02)
  }

  @Test func positionsGoThereAndBack() {
    let crop = PhotoCrop(center: [320, 200], side: 333, roll: 0.7, size: 256)
    for p in [SIMD2<Float>(0, 0), [100, 30], [256, 256]] {
      let back = crop.crop(crop.image(p)) - p
      #expect(abs(back.x) < 1e-3 && abs(back.y) < 1e-3)
    }
    #expect(crop.corners.count == 4)
  }

  /// What is cut out is the image at those places: a ramp stays a ramp, at any size.
  @Test(arguments: [0.0, 0.6] as [Float], [90, 700] as [Float]) func valuesAreTheImages(roll: Float, side: Float) {
    let (h, w) = (600, 800)
    let x = (Tensor.arange(w, .float32) * (255.0 / 800)).unsqueeze(0).expand(h, w)
    let y = (Tensor.arange(h, .float32) * (255.0 / 600)).unsqueeze(1).expand(h, w)
    let image = stack([x, y, x * 0], 2).round().to(.uint8)
    let crop = PhotoCrop(center: [400, 300], side: min(side, 400), roll: roll, size: 64)
    let cut = crop.cut(image)
    #expect(cut.shape == [1, 3, 64, 64])
    for p in [SIMD2<Float>(10.5, 20.5), [32.5, 32.5], [55.5, 40.5]] {
      let place = crop.image(p)
      let found = (0..<3).map { (cut[0, .at($0), .at(Int(p.y)), .at(Int(p.x))].item + 1) * 127.5 }
      #expect(abs(found[0] - Double(place.x - 0.5) * 255 / 800) < 1.5)
      #expect(abs(found[1] - Double(place.y - 0.5) * 255 / 600) < 1.5)
      #expect(abs(found[2]) < 0.5)
    }
    #expect(crop.shown(width: w, height: h) == 1)
    #expect(abs(PhotoCrop(center: [0, 300], side: 100, roll: 0, size: 64).shown(width: w, height: h) - 0.5) < 0.05)
  }

  /// Fine stripes become grey, not moire, when a large photo is brought to size.
  @Test func largePhotosDoNotShimmer() {
    let stripes = (Tensor.arange(2500).remainder(2) &* 255).to(.uint8).unsqueeze(0).unsqueeze(2).expand(2500, 2500, 3).contiguous()
    let cut = PhotoCrop(center: [1250, 1250], side: 2300, roll: 0.2, size: 128).cut(stripes)
    #expect(cut.abs().max().item < 0.2)
  }

  /// The built-in head lies where the standard face lies, within a centimetre.
  @Test func theHeadIsLaidOnTheStandardFace() {
    let head = LandmarkModel(.builtIn())
    let placement = StandardPlacement(head)
    #expect(abs(placement.scale - 1) < 0.2, "\(placement.scale)")
    #expect(placement.rotation.angle(to: .identity) < 0.25, "\(placement.rotation.yawPitchRoll)")
    let p = head.mean.floats
    func mesh(_ k: Int) -> SIMD3<Float> { [p[3 * k], p[3 * k + 1], p[3 * k + 2]] }
    for (found, standard) in zip([(mesh(33) + mesh(133)) / 2, mesh(4), mesh(61)], [0, 2, 3]) {
      let s = PointAlignment.standard[standard]
      let there = SIMD3<Float>(Float(s.x), Float(s.y), Float(s.z)) * 0.27 + [0, 0.006, 0.161]
      #expect(length(placement.box(found) - there) < 0.03, "\(placement.box(found)) \(there)")
    }
  }

  /// Classes are cut out as the image is: without mixing, turned, and beyond the border as at it.
  @Test func classesAreCutOutUnmixed() {
    let labels = Tensor((0..<64 * 64).map { k in UInt8(k % 64 < 32 ? 1 : 5) }, [64, 64])
    let straight = PhotoCrop(center: [32, 32], side: 96, roll: 0, size: 48).labels(labels)
    #expect(straight.shape == [48, 48] && straight[0, 0].item == 1 && straight[24, 23].item == 1 && straight[24, 24].item == 5)
    #expect(Set(straight.array(UInt8.self)) == [1, 5])
    // A quarter turn puts the left half to the top or the bottom.
    let turned = PhotoCrop(center: [32, 32], side: 64, roll: .pi / 2, size: 32).labels(labels).array(UInt8.self)
    #expect(Set(turned.prefix(32 * 15)).count == 1 && Set(turned.suffix(32 * 15)).count == 1 && turned.first != turned.last)
  }

  /// A crop that is finer than the size at which images are halved comes to an end, with the image's detail.
  @Test func fineCropsKeepTheirDetail() {
    let values = (0..<300 * 300 * 3).map { (k: Int) -> UInt8 in k / 3 % 2 == 0 ? 0 : 255 }
    let stripes = Tensor(values, [300, 300, 3])
    let cut = PhotoCrop(center: [150, 150], side: 280, roll: 0, size: 2100).cut(stripes)
    #expect(cut.shape == [1, 3, 2100, 2100])
    #expect(cut.max().item > 0.7 && cut.min().item < -0.7)
  }
}
