#include "tests/support/test_support.h"

#ifdef ALWAYSON_TEST_GUI
#include <QApplication>
#endif
#include <QCoreApplication>

namespace alwayson::test {

int withApplication(int& argc, char** argv, bool gui, const std::function<int()>& body) {
#ifdef ALWAYSON_TEST_GUI
    if (gui) {
        QApplication application(argc, argv);
        return body();
    }
#else
    (void)gui;
#endif
    QCoreApplication application(argc, argv);
    return body();
}

} // namespace alwayson::test
