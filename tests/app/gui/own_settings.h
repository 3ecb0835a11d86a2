#pragma once
// Settings of a test, so that it neither reads nor changes those of the user.

#include <QCoreApplication>
#include <QSettings>
#include <QStandardPaths>

namespace alwayson::test {

// `folder`: kept as long as the test runs.
inline void keepSettingsIn(const QString& folder) {
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(QStringLiteral("alwayson-test"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder);
}

} // namespace alwayson::test
