#pragma once
// What every test executable shares: the selection of a test class by name, and small helpers.

#include <QtTest/QtTest>

#include <functional>

// Ends a test file. The class runs by `test_<library> <file stem>`.
#define ALWAYSON_TEST_MAIN(Class, stem)                                                                      \
    int stem##_main(int argc, char** argv) {                                                                 \
        Class test;                                                                                          \
        return QTest::qExec(&test, argc, argv);                                                              \
    }

namespace alwayson::test {

// Creates the application object (QApplication for GUI tests) and runs the row named by argv[1], or every
// row. Returns the number of failed rows.
template <class Row>
int runSelected(const Row* rows, std::size_t count, int argc, char** argv, bool gui);

// Creates the application object the tests need; defined in test_support.cpp and test_support_gui.cpp.
int withApplication(int& argc, char** argv, bool gui, const std::function<int()>& body);

template <class Row>
int runSelected(const Row* rows, std::size_t count, int argc, char** argv, bool gui) {
    const char* wanted = argc > 1 && argv[1][0] != '-' ? argv[1] : nullptr;
    std::vector<char*> rest{argv[0]};
    for (int i = wanted ? 2 : 1; i < argc; ++i)
        rest.push_back(argv[i]);
    rest.push_back(nullptr);
    return withApplication(argc, argv, gui, [&] {
        int failed = 0;
        bool found = false;
        for (std::size_t i = 0; i < count; ++i) {
            if (wanted && std::strcmp(wanted, rows[i].name) != 0) continue;
            found = true;
            if (rows[i].run(int(rest.size()) - 1, rest.data()) != 0) ++failed;
        }
        if (!found) std::fprintf(stderr, "no test class named %s\n", wanted);
        return found ? failed : 1;
    });
}

} // namespace alwayson::test
