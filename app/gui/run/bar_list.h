#pragma once
#include "app/gui/run/result_bars.h"
#include "app/gui/theme/theme.h"

#include <QWidget>

#include <functional>

namespace alwayson::gui {

// A titled list of names with bars in proportion and their figures.
class BarList : public QWidget {
    Q_OBJECT
public:
    BarList(const Theme& theme, const QString& title, Tone tone, QWidget* parent = nullptr);
    // `caption` stands beside the title in faint text, or below it. At most `kMostRows` rows are shown, the
    // rest summed up; `text` says what the sum is.
    void setRows(std::vector<BarRow> rows, const QString& caption = {},
                 const std::function<QString(double)>& text = {});
    const QString& caption() const { return m_caption; }
    bool isEmpty() const { return m_rows.empty(); }
    QSize sizeHint() const override;
    static constexpr std::size_t kMostRows = 8;
    void setMostRows(std::size_t rows) { m_mostRows = rows; } // of bins, which belong together
    // Name and figure of the row under a point, whole; "" where there is none.
    QString rowAt(QPointF pos) const;

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    int headHeight() const; // of title and caption
    bool captionFits() const;
    const Theme& m_theme;
    QString m_title, m_caption;
    Tone m_tone;
    std::size_t m_mostRows = kMostRows;
    std::vector<BarRow> m_rows;
};

} // namespace alwayson::gui
