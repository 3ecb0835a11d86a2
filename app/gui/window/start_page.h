#pragma once
// Where a design begins: templates as cards, recent files, open.

#include <QWidget>

class QGridLayout;
class QVBoxLayout;

namespace alwayson::gui {

class Theme;

class StartPage : public QWidget {
    Q_OBJECT
public:
    explicit StartPage(const Theme& theme, QWidget* parent = nullptr);
    void setRecent(const QStringList& paths);
    int templateCount() const { return m_templates; }

signals:
    void templateChosen(const QString& id); // "" = an empty design
    void fileChosen(const QString& path);
    void openRequested();
    void closed(); // back to the open design

private:
    void addTemplates(QGridLayout& grid);
    const Theme& m_theme;
    QVBoxLayout* m_recent;
    int m_templates = 0;
};

} // namespace alwayson::gui
