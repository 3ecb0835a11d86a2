#pragma once
// Where a design begins: templates as cards, recent files, open.

#include <QWidget>

#include <vector>

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

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void addTemplates();
    void arrange(); // the cards in as many columns as there is room for
    const Theme& m_theme;
    QVBoxLayout* m_recent;
    QGridLayout* m_grid;
    std::vector<QWidget*> m_cards;
    int m_columns = 0;
    int m_templates = 0;
};

} // namespace alwayson::gui
