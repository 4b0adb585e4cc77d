import Foundation

/// How strong the lines are that faces without glasses show where glasses have their rims, and over the bridge of the nose: brows, the
/// crease of the lids, the fold below the eye. 0...1 of `GlassesLines.full`.
///
/// Mean plus half a standard deviation over 88 photos without glasses, the faces turned by less than 35 degrees, as bytes of means over two
/// directions and two radii (`rims`), two columns and two rows (`bridge`).
struct GlassesStatistics {
  /// Of dark and of bright lines, `[GlassesLines.directions][GlassesLines.radii]`, row by row.
  let rims: [[Float]]
  /// `[GlassesLines.columns][GlassesLines.rows]`, row by row.
  let bridge: [Float]

  static let usual = GlassesStatistics()

  private init() {
    let angles = GlassesLines.directions / 2, radii = GlassesLines.radii / 2, rows = GlassesLines.rows / 2
    func bytes(_ text: String) -> [Float] {
      (Data(base64Encoded: text, options: .ignoreUnknownCharacters) ?? Data()).map { Float($0) / 255 }
    }
    let coarse = bytes(Self.rimBytes)
    rims = (0..<2).map { kind in
      (0..<GlassesLines.directions * GlassesLines.radii).map { k in
        let t = (Float(k / GlassesLines.radii) - 0.5) / 2, s = (Float(k % GlassesLines.radii) - 0.5) / 2
        return Self.read(coarse, first: kind * angles * radii, angles, radii, t < 0 ? t + Float(angles) : t, s)
      }
    }
    let nose = bytes(Self.bridgeBytes), half = GlassesLines.columns / 2
    bridge = (0..<GlassesLines.columns * GlassesLines.rows).map { k in
      let s = (Float(k % GlassesLines.rows) - 0.5) / 2
      return Self.read(nose, first: 0, half / 2 + 1, rows, Float(abs(k / GlassesLines.rows - half)) / 2, s)
    }
  }

  /// Between the rows, which go round, and columns of a table.
  private static func read(_ table: [Float], first: Int, _ height: Int, _ width: Int, _ y: Float, _ x: Float) -> Float {
    let x = min(max(x, 0), Float(width - 1)), x0 = min(Int(x), width - 2), y0 = Int(y), fx = x - Float(x0), fy = y - Float(y0)
    func row(_ y: Int) -> Float {
      let k = first + y % height * width + x0
      return table[k] * (1 - fx) + table[k + 1] * fx
    }
    return row(y0) * (1 - fy) + row(y0 + 1) * fy
  }

  private static let rimBytes = """
    ABU5R0dGRTkyLicnLCMmKyowOkhHHQAAIl5wcFdCQT45MiklIikyMTA1PTodAAAyfop7X09COzYwKSknJjU1Njc0OBsAADyLinRkVUVDPzs4LiQrMjc3MC4vFQAAPomHbm
    FYRkpANTE0MjEvOkE1LisUAAA9iIVmZE9GRz02MDk/ODlBQjo4MxYAADl8dGVSSEdBPTY4QEA4PkRCODUvFAAANWtuWlBFQTw8OTg3OzM9SEM2LykQAAAybGtXVUI/QDs0
    ODo6QDs0KiUpHgsAADNtaV1YS0tFNztERko8KiEbHyAdEAAANnNsYmBcUkRNUU9MPicaHh8eGx0PAAA5c2dtcGNUWGZbVkguGhkgICEeHxIAADlyZm50b1hjYlpTOysbHS
    AdGxgiEAAAO3pmanZyXWRhVUcwKBkbIB4aGBwPAAA6eV5XcntbXF5TQC4mGRccGBobFwoAADxuV1Ngcl5SVU87JCEbFRMUFA4OBQAAOW9WTFBYXFVMQjQkHhgPDw0QDAoF
    AAA1a1pNSkVGT0g3LyUcERINDg4ODAUAADZrXUQ/NzU7RTsoGxQTExMXFRYXCgAAM3BhSTw2Li41MygdEhcXGhoUFQ4GAAA8cl1IQEM7OC8iHRkXFxQWFxQWFgkAADdxX1
    BHRkQ8LhwWExISERATExoaCwAAPHdVRE1PVUowJhoQDw4LCAkMDQoFAAAqYmBHPEBMSj0pFAsKCgYGBQsKBwcAABUyNTIuNz48NSUOCgsIBwYGCggKBgAADiIjKi4rLyon
    IhINDQkGCQcGCwwFAAAPIiAgHh4nJSMhHxEKCwgHBwcHCAQAAAwdIB8aHRsZGiAhGQ8KBwkJBwgJBAAADxwcHBwbFxYZHCAcGBQOCgcICQwEAAALFB0gFhoZHRoTFx4dGx
    UPDgkICAQAAAgXHRsXGxsYFxkdJiMbGBcUEAwIAwAACxoZHBUaHB4qODo6MSwkHBQRDBAKAAAMFRMWGBgRHTVJUVJKOikbGBsjLxoAAAoTEBAWFAsQIjZFT0xBMyUjKzY6
    HAAAChQREBUQCQkTHyguOTw6My0nJyAMAAAKGBIREwsIBggKFh0hKTAvLzAqGwgAAAwXFhQRCggHCAcHCQ4RExogIyEdCQAAER8aFRALCQcHCQoHBwoMDAsLDxEIAAASJB
    8aEAoJCAgKCwsJBwYGCAoMCwMAABElJh8PCgoNDgwJCAcHBwgHCgsJBAAADSEoIxcMERAIBwgJCwsJCwoMDw8GAAAPHyUjIhgQCgkICw4NERIVGRYRFQcAABMnJyYhGhAN
    Cw0QDxIUFhYYHBwgEgAAEiUjIR0XFxMODgoPGRgZHiAfJS8WAAAZLysjFhkZGRQRExkdGhshJzAxJxQAABQ0MSYdGxgTFxkdIB0ZICo0OTQ0GgAAFTAwLSYbHyAdHx4eHS
    IpLTE6OjwdAAATKjAvKS4uLCcnJCMiIyknNUFAQR4AABAkJR8bGR8jIR0eIyIkHSoqJiksFwAADyYnLi0sMSomISYtKyUkJCssLSoSAAAXNDU5Pj84MCopKisvLyokJiks
    KBEAAB9BR09PQj04LygmJywtJiEkKiolEwAAHU5dX0g/My0qKSosKy0oIycrLC4TAAAnV2BXSDktLCUnKSosLS4wKyssLBIAACpZT0tHOCspJiYoKCUrMDEqKDAsEAAALF
    lIRToyLCwsJSYmJCkxMSYmMCsMAAAoUU1AOzQrJyUqKSUgKS0qIiMlJRAAACZRUEZBOComJiYmIiYoJSchHh8bDAAAK1ZXUk44LSojHx4mKCYlIx8fIB8JAAAuXmNfTDox
    KhkXGyMnJyQiHB4eFggAAC5kcGVPOikdIiUhISUlHhwfHxsSCQAALGV4a1A7KRwhIiAgIB4aGBkaHBYHAAAnXX1sUDIpHx0eHxkXGxkWERgZFgcAACRQdmxQMSkdGhkaGR
    UTFhIODhUXCAAAJEtkalE1KSgcEw8SFA8ODw8PEhIIAAAmT1phTjUqIxcTEg8OEA4PDQwOEgcAAB8/SVBJPCUdFRMSEhEQFBESExERCQAAIkA+Rj0zKR0WEBMUFRERExES
    GBYHAAAmRT1EPDEgGBgZFxgYFxYZGRsaHg0AACdVSj08OCAREhIYGRYcIiEeHx8VCAAAHEVaVUc2IxoYEBIXGSEjJiQgFw8GAAAUJkBLST4kEg8LDxUVIS0tJx0WEQYAAB
    AmLzEwKBkPDRAQFRUeLzQqGBYQBAAADB8qKyMWFBQMDg4SGR8rLiwhGxEFAAAMIScjIBwZDg0NDQ4SGCMlKCcgEwcAABAfJSMcGBAOEQ0ODAwVGB0hHhwWCAAACx0kKB0S
    EBATDw8PDAwNDhMYFQwFAAAMHiglGhASFBYaFQ8ODQ0NDxQXGAgAAA8fIyEWFBcbHBYSEQ4OExwXGRwaCgAADRwgIRwZHh0eHBQSERknMS8qJhwJAAAKGh4dHBkaGxsUDA
    sYKTQ2NTAtHQgAAAgTFxkcGhUZGBMOERcjLTIxNTAiCgAABxESFhgYFxUVEBARDREZGBoaFg8FAAAFERIPFBUWExAPDQkKCgkLDA4JCgUAAAYNDg4PExYVEBAOCwkICQcH
    DA4LAwAABg0PDgwSExQPDA0PCwcHBwgKCAYDAAAIEw4OCw4UEw4NDAsKCQgIBgcIBwMAAAoVEQ4QEBMXEAwLCwoJCQkJBwcIBAAADxkVExQSEhgWDwsICgkJCgkKCQkEAA
    ANIB0YFxgXGRYTCwgJCwoLDhITEwcAAAkWISIcFxgYFxENDAsLDBIRDxMRBwAADBgcIB8ZFhcWFRENDA4ODRMUGRUNAAAKGRgYGxwWGBYUExEQERYTFRQaIg4AAA0bGRYU
    GRkXFhQUFxUcGRUYGSovEgAADRcZFhcXGRcUGhoWFRsaGCQpKysVAAAOGx0gHxgcFRkgHhwYGyMjJyYqMhgA
    """
  private static let bridgeBytes = """
    AAsYGhMWFhUVFRYVGBgWFxggGSEiJSEpODYyOTQmIxsSFBYUEA8PExEJAAAKGBcWGRUWFhcXFhgZFxcZHxghIycjLDc2MzcyJCAYExUUERISERERCAAAChYVFhoUFhcWFx
    cXGRgYGB4ZICMpJDE3NjQ0LyYeFhoYEBASExUSEQcAAAgVFhUWFRQWFRQYGRoXGRgeHR8iKiQzNjczNTIpJR4dFhEREhIRERIJAAAIFhkWFBUUEhITGRkaGBgXHCAgHysp
    Mzc4MzYzLCgeGxkVExEUEBERCAAACRYYFRQUFRIXGRkYGhgYGRwiIiIrLjM2ODI2NC0oIxwZFBISEw8REQgAAAkWFhQUFBcWGRsYGxgaHRwdIyAoMDQ0Mjg0NjMwLSUbFh
    EODg4PEBAHAAAJExUWFRYZFRYYFxsbHR8fIScsNDI0NS8zNDg4LiUiGxUTEA4ODg8QBwAAChQXGBgbGRgYGhocHh8mJSUuOj89OTcvLjg8NCkmHxgXFBMRDg4QEwgAAAoZ
    HBkcHRgYGBkaHyQlMDQ0O0JJS0Q8MjA7OjQtKB8dGRkTEBAPExYIAAAMHB4eHxkUFRkcHSItNzw9Q0VLVFNQRz03Ozw8NiojJRoXExAVEhMSBwAADyImJh8ZGBcgHxslNU
    RFSVNTYGVbVFNIPTxASEEwLCceGxYSFRQUEQcAABIoLCgfHhsdJSEmNEBKU1tqbGtybltXTExBQE5JOTUvJSEcFhUVExMIAAATKy4mIyEcIiMnKTtLUFxnf4h/hH9oXlNY
    UEdOVEU9NywmIxkWFxISCQAAEystJyYeHyMkKSw/UFdjb4GbmZaMdWxfX1lRVV1VSEA0LSkfGhoXFQoAABApKyUgHSQjJCotRFhdaWt4l56nlIZ5c2lhXVpiX1RNPjYuJi
    EdHRcJAAANJyskISElIyUwM0pfYnNud5CeraWUjId2dG9gaGZZVUxAMykkICEeDAAADiUqISMkJCIpMz1OZWd5dHWSpayqpp+VhoJ7bm9tXFpXSTsvJyAjIw8AAAwgJR4h
    IyQkMDVBVm1reHl1i6eqp7CsppSJiHt6dmNcXlNDNC0kIyEPAAALHyEcHSAmKzM7RF5zbG56eoeeqqmusrGhkJOEhIJpXWNaTjgxLCMhDgAADCEcGRshJzA5QExodGtqeH
    yFlKqurLm0r5eci4qLb2JkYlQ9Ni8lIg8AAA4gGRgbISw1OkRWcnVvb3Z9iZasr7e8urChopSQkndlZWZbRDkwJSURAAAMHBYZHSMxOzxGYHV0cW50gpCir7bAxMOtrKie
    mJR9aGpmXE06NiYkEgAAChgVGiEqNT8/SWl4dXNyeoSXqrjAwMzPrbCsoZyVgWZtaF9UPzkqJhIAAAoaGB0jMDdAPk5venZzeHyBmK3ExsLM2bKuqp+elIRlbGtjXEU7Ly
    YTAAAJHBodJDE2Pz1VcXt1cX5+gZevy8nGzNi1raqdoZKCZ2xtZF5JOywjEgA=
    """
}
