#pragma once
// Between the generated table of embedded files and resources.cpp only.

#include <span>

namespace alwayson::resources {

struct EmbeddedFile {
    const char* path;
    const char* begin;
    const char* end;
};
std::span<const EmbeddedFile> embeddedFiles();

} // namespace alwayson::resources
