#include "BinaryCache.h"

#include "../Environment.h"

#include <c10/util/hash.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace likeness::cuda {

namespace files = std::filesystem;

namespace {

std::string digest(const std::string &text) { return c10::sha1(text).str(); }
constexpr size_t digestLength = 40;

/// The code in a cache file, whose last 40 characters are its digest; empty if there is no such file or it is damaged.
std::string read(const files::path &file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return {};
  std::stringstream bytes;
  bytes << stream.rdbuf();
  std::string content = std::move(bytes).str();
  if (content.size() <= digestLength) return {};
  const std::string kept = content.substr(content.size() - digestLength);
  content.resize(content.size() - digestLength);
  return digest(content) == kept ? content : std::string();
}

/// Writes under another name, then renames, so that no reader ever sees half a file. The kernels run without it too.
void write(const files::path &file, const std::string &code) {
  std::error_code failed;
  files::create_directories(file.parent_path(), failed);
  std::string temporary = file.string() + ".XXXXXX";
  const int descriptor = mkstemp(temporary.data());
  if (descriptor < 0) return;
  const std::string content = code + digest(code);
  size_t done = 0;
  while (done < content.size()) {
    const ssize_t count = ::write(descriptor, content.data() + done, content.size() - done);
    if (count <= 0) break;
    done += count;
  }
  const bool whole = done == content.size() && fsync(descriptor) == 0;
  close(descriptor);
  if (!whole || std::rename(temporary.c_str(), file.c_str()) != 0) unlink(temporary.c_str());
}

} // namespace

std::string cache_folder() {
  const auto cache = environment::cache();
  return cache.empty() ? cache : cache + "/likeness/cuda";
}

std::string binary(const Program &program, const std::string &target) {
  const Compiler &compiler = Compiler::get();
  const std::string folder = cache_folder();
  if (folder.empty()) return compiler.compile(program, target);
  std::string all;
  for (const std::string &part : {std::string(prelude.source), std::string(program.name), std::string(program.source),
                                  std::string(program.option ? program.option : ""), target, compiler.version()})
    all += part + '\0';
  const std::string key = digest(all);
  const files::path file = files::path(folder) / (key + (target.rfind("sm_", 0) == 0 ? ".cubin" : ".ptx"));
  if (std::string known = read(file); !known.empty()) return known;
  std::string code = compiler.compile(program, target);
  write(file, code);
  return code;
}

} // namespace likeness::cuda
