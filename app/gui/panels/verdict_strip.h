#pragma once
// The heart of the window: availability, latency, cost, single points and objectives of the design as it is
// drawn now. Each figure carries its tag and says, when clicked, what it is made of and what would improve it
// most.

#include "core/results/check_report.h"

#include <QAbstractButton>

#include <vector>

class QHBoxLayout;

namespace alwayson::gui {

class Session;
class Theme;
enum class Tone;

// One figure: caption and tag above, the figure and its unit below.
class FigureCell : public QAbstractButton {
    Q_OBJECT
public:
    // `list`: the detail is a list of names, which may be cut; a unit is shown whole or not at all.
    FigureCell(const Theme& theme, const QString& caption, bool list, QWidget* parent = nullptr);
    void set(const QString& figure, const QString& detail, const QString& tag, Tone tone);
    // In place of the tag: what a run says of it; "" without one.
    void setSecond(const QString& text, Tone tone);
    QString second() const { return m_second; }
    void setStale(bool stale);
    // In three lines, narrower: caption, figure, detail and tag.
    void setCompact(bool compact);
    int roomyWidth() const; // that of the two lines
    QString figure() const { return m_figure; }
    QString detail() const { return m_detail; }
    QString tag() const { return m_tag; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    double needed() const; // by the figure and its caption
    void paintCompact(QPainter& painter);
    const QString& shownDetail() const; // compact: what the run says comes first
    double paddingNow() const;
    const Theme& m_theme;
    QString m_caption, m_figure, m_detail, m_second, m_tag;
    bool m_list;
    Tone m_tone, m_secondTone;
    bool m_stale = false;
    bool m_compact = false;
};

class VerdictStrip : public QWidget {
    Q_OBJECT
public:
    VerdictStrip(Session& session, const Theme& theme, QWidget* parent = nullptr);
    FigureCell& availability() { return *m_availability; }
    FigureCell& recovery() { return *m_recovery; } // only after a run over years, and where there is room
    FigureCell& latency() { return *m_latency; }
    FigureCell& cost() { return *m_cost; }
    FigureCell& singlePoints() { return *m_singlePoints; }
    FigureCell& objectives() { return *m_objectives; }

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void fit();
    void refresh();
    void refreshRun(); // what the run that has been played to its end says
    void refreshRecovery();
    std::vector<FigureCell*> cells() const; // that are always there
    void explain(FigureCell* cell);
    Session& m_session;
    const Theme& m_theme;
    FigureCell* m_availability;
    FigureCell* m_recovery;
    QWidget* m_recoveryRule = nullptr;
    bool m_recoveryKnown = false;
    FigureCell* m_latency;
    FigureCell* m_cost;
    FigureCell* m_singlePoints;
    FigureCell* m_objectives;
};

} // namespace alwayson::gui
