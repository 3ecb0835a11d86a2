# Compiler settings shared by every target of ours: target_link_libraries(x PRIVATE alwayson_compiler).
add_library(alwayson_compiler INTERFACE)
target_include_directories(alwayson_compiler INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
target_compile_options(alwayson_compiler INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align
    -Wimplicit-fallthrough -Wextra-semi -Wdouble-promotion -Wformat=2
    # Results must have the same bits for every compiler, level and machine.
    -ffp-contract=off)
if(ALWAYSON_WERROR)
    target_compile_options(alwayson_compiler INTERFACE -Werror)
endif()
if(ALWAYSON_SANITIZE)
    target_compile_options(alwayson_compiler INTERFACE -fsanitize=${ALWAYSON_SANITIZE} -fno-omit-frame-pointer
        -fno-sanitize-recover=all)
    target_link_options(alwayson_compiler INTERFACE -fsanitize=${ALWAYSON_SANITIZE})
endif()
if(ALWAYSON_COVERAGE)
    target_compile_options(alwayson_compiler INTERFACE --coverage -O0)
    target_link_options(alwayson_compiler INTERFACE --coverage)
endif()

# The libraries below the window also refuse silent narrowing of numbers.
add_library(alwayson_strict INTERFACE)
target_link_libraries(alwayson_strict INTERFACE alwayson_compiler)
target_compile_options(alwayson_strict INTERFACE -Wconversion -Wno-sign-conversion -Wold-style-cast)
