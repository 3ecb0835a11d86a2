#include "app/gui/session/session.h"
#include "app/gui/theme/theme.h"
#include "app/gui/window/main_window.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QSettings>

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    QCoreApplication::setOrganizationName(QStringLiteral("alwayson"));
    QCoreApplication::setApplicationName(QStringLiteral("alwayson"));
    QGuiApplication::setApplicationDisplayName(QStringLiteral("Always On"));
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Draw a high-availability system, see where it is weak, break it, export it."));
    parser.addHelpOption();
    parser.addPositionalArgument(QStringLiteral("file"), QStringLiteral("A design to open (*.aon.json)."),
                                 QStringLiteral("[FILE]"));
    const QCommandLineOption themeOption(QStringLiteral("theme"), QStringLiteral("light, dark or system."),
                                         QStringLiteral("name"));
    parser.addOption(themeOption);
    parser.process(application);

    using namespace alwayson::gui;
    Theme theme;
    theme.setChoice(themeChoiceFromString(
        parser.isSet(themeOption)
            ? parser.value(themeOption)
            : QSettings().value(QStringLiteral("theme"), QStringLiteral("system")).toString()));
    theme.applyTo(application);
    QGuiApplication::setWindowIcon(theme.icon(QStringLiteral("alwayson")));
    Session session;
    MainWindow window(session, theme);
    window.start(parser.positionalArguments().value(0));
    window.show();
    return QApplication::exec();
}
