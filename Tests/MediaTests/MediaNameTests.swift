import Media
import Testing

@Suite struct MediaNameTests {
  @Test(arguments: [
    "mp4", "MOV", "m4v", "webm", "mkv", "avi", "gif", "flv", "wmv", "ts", "mpg", "ogv", "3gp", "mxf", "png", "JPG", "webp", "tif", "bmp",
    "heic", "avif", "jp2", "wav", "mp3", "m4a",
  ]) func namesOfMedia(_ ending: String) { #expect(MediaName.isMedia(ending)) }

  @Test(arguments: ["", "v2", "1", "2026-11-28", "anna", "final", "d", "safetensors", "json"]) func namesOfFolders(_ ending: String) {
    #expect(!MediaName.isMedia(ending))
  }
}
