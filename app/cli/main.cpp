#include "app/cli/cli.h"

int main(int argc, char** argv) {
    return alwayson::cli::run(argc, argv);
}
