#pragma once
#include <QSplitter>

namespace alwayson::gui {

class Theme;

// A vertical splitter whose border can be seen, grabbed and, between canvas and docks, thrown open: the lower
// part takes nearly all the height and goes back to what it had.
class DockSplitter : public QSplitter {
    Q_OBJECT
public:
    explicit DockSplitter(const Theme& theme, QWidget* parent = nullptr);
    bool maximised() const { return !m_before.isEmpty(); }

public slots:
    void toggleMaximised();

protected:
    QSplitterHandle* createHandle() override;

private:
    const Theme& m_theme;
    QList<int> m_before; // sizes to go back to
};

} // namespace alwayson::gui
