import Foundation

/// A logistic regression on `GlassesGradients`, fitted to 191 generated faces that wear glasses and to 852 of them and 100 portraits that do
/// not, as Tests/PortraitTests/Lift/GlassesFit.swift does it.
struct GlassesWeights {
  static let shared = GlassesWeights()
  let first: Float
  let values: [Float]

  /// Rather no glasses than a bare face that is taken to wear some.
  private static let caution: Float = 0.5

  private init() {
    let bytes = Data(base64Encoded: Self.bytes, options: .ignoreUnknownCharacters) ?? Data()
    (first, values) = (Self.bias - Self.caution, bytes.map { Float(Int8(bitPattern: $0)) * Self.scale })
  }

  private static let bias: Float = -0.12210708, scale: Float = 0.0048917662
  private static let bytes = """
    AvrjCAgXA/z/7+Xx+OscCPL29vz379ocD/Xv6urs6tgABwHq+Pvw8/D09wHs8e3x+OjrAxEAAP8H/en1/vz+BgD85+Dp/gT++/r78e7q6foB6vIK+gX06+3p+vvz4QXz+fL06v
    MA8uzq+gPz8vj/BPvw9/n48vbv8/79A/4B9wHw9/gc/PDt8P33AwEY/Ozv5+bo6AkLEPXk6Pbo9g0RA/fd7+TuHBLx/wID9/D/EwHrEAD9Au7/DBPv8/sK/vv/EiD96v78/u4E
    /QQO8/UDAAcF7fv/A+j87v4GBwwE6PLwB/Xr9g/66fDz4/j+Bvn7/fr0A/3nCP/469/96QURBvwF/e/r6eP/BgkMCvfx9vvrAgUGBvvr/OjlDgv29QMG+v7/BAjh9QMECwAHEg
    De+AwNBPr5+QH1CA4IAgD/4O76DRIL9wb21+b9DgD77PT59+sKDwD4/fPz+P4MBeHg2/gOF/35Agfs8RMSFQEO+/v05gsLFg4YAgDx6PoWIDEhCQPs9Or+FiMaDvrs8/7n/CAM
    DQP69/f39x7+DP73//r8+w3s/AcGBAX90+cFJSQOBgT/0tcVMAwG/PXq5Ob9EQkB+QURDAjr9ff98gn/ISDm7QkB7QADFRMIBAPx+hshFicjHB0N8Bg0LDArGBMK5hg5Oj0kEg
    b45PAbHRQaDf77Avzm7Q8QB/37/vLgz/ABAfP4CQHz1+nQ3vwHBQH26PD85/4RCAwA+u8ZKAwDBQcD/eoPPDwWDQkKCisVDgr88+8BOV84/ubn7f7/KRgREv7z5+j/IB8nISgO
    +wYGIi9JPj0mDiAbDhIqJSQo+gQG9u4DCgUFA93a8O32/PD76u70+fbs4+7n9vP5AOjp5vL2APLx/wL13e3zBQDx/hED0tbxCAb0/eLjCSkR+xgfJB4XHhsDvPswTlk0/+3N9P
    sGC/gNCPrt694HFPYWEQcFBgMSGOQEJSxCJA0LBPH6DzBBB+789M3fBh4j/uv8/9Hn8vcP9u8I+ebyAwr+Dwn+4tj6+/sC/PMI/+vm6/L79/Xz5OPt2vL2IDf208jV4fwSJjoc
    C/T5CCAlxgg+ODgiGe/fAQQDC/kQCAD9DPL+BO8CBwAGCwT9A/DxBTMwHw8CAentGmFU9e78Cub9HDIcAur+8OIDFAsUCAkG6d3w6AUIGQv65NDnBgIG/fHl4tb2CAT+Bhb2yN
    EBDP78PlX/zfcJ9vsbVF4h/f0G+gEe6TQ+HQP6++bgDAIB9AET+gDqJPDs9/D7/e8R+uv0B//iDCoS+wYCBP/uRlw08fcNCOYTJysL+vfw9+0YIxz8+QAA8f8QBRYOEPPg7fUO
    BvwKB+zu6vcLCw0M9yMw/+MLEgUDO39K2uP4AQAMPnMk4vX16vj56hIM+Pn07vTX//4C+f7+9O7pA/cA5vcE+gIN8PP+/QIJAwX91vgS8wEWS0ED2e7x7/IxWjLk5Onb7hw8Hg
    3n+u/W4SAlCgr8+ezk8yYW+Pr97fwPDx4D/QL41yBODvT8AP3jDV5P8+Hz9Pf3CB4V9PXz7u3yA/3z6v39+gT2//L4/vLj7f4b+fr7/Qfh4PAE8AgM+fXl9OTr3RcO/vb1Kw3W
    9RIH9/ozUPnjAPf6Ei9AJd/f//PkClZA9tzs8OjmIlc48+ju4/sWMlQoB/vs0QUuECAM9/baCzg61snb2+72//v+6dDY0uoAHwr45M/d5u33+PL+EO/59vr67ff1Hfb19wzv4u
    /0CPLy9AT2+wb+AeLs5OTjBBUF9er59t3gDwTr/Qki8MTh8e/mGjgx6Mrt6uHZLkIg6ujw6tv2N0AM/vsH8escFP3y9/P39/gVCtTL5PYJ8O0GAN/i6ff8/xIG49Pn/wz+8QIH
    9d/97Pfy8vcN9+cE8f8H7P4G9/YB8gv69wD2++f13+Xp4PH/+u376PLv6/Tw8+r57Ovr3fQD+P0B5tfd4unZDRIH6t3Y7dfWCA0K+Qf//eL1AQH06Of09AsQGufo2dfo+P7t9v
    H6CAH4Ew0AzK3eABkR
    """
}
