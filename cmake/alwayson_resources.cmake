# alwayson_embed(TARGET DIR FILES...): one generated source that maps path -> bytes for FILES below DIR.
function(alwayson_embed target dir)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/embedded.cpp)
    set(asm "")
    set(table "")
    set(depends "")
    set(index 0)
    foreach(file ${ARGN})
        string(APPEND asm
            "asm(\".section .rodata\\n.global aonRes${index}\\naonRes${index}:\\n.incbin \\\"${dir}/${file}\\\"\\n\"\n"
            "    \".global aonResEnd${index}\\naonResEnd${index}:\\n.byte 0\\n.previous\\n\");\n"
            "extern \"C\" const char aonRes${index}[];\nextern \"C\" const char aonResEnd${index}[];\n")
        string(APPEND table "    {\"${file}\", aonRes${index}, aonResEnd${index}},\n")
        list(APPEND depends ${dir}/${file})
        math(EXPR index "${index} + 1")
    endforeach()
    file(CONFIGURE OUTPUT ${source} CONTENT
"// Generated from resources/ by cmake/alwayson_resources.cmake.
#include \"resources/embedded_table.h\"
${asm}
namespace alwayson::resources {
static const EmbeddedFile kFiles[] = {
${table}};
std::span<const EmbeddedFile> embeddedFiles() { return kFiles; }
} // namespace alwayson::resources
" @ONLY)
    set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS "${depends}")
    target_sources(${target} PRIVATE ${source})
endfunction()
