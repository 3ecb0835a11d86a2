#pragma once
// The dock under the canvas: latency, errors and load of the current run over time with its events, a
// playhead to scrub and one sentence that says what happened to the requests.

#include <QWidget>

#include <memory>

namespace alwayson::gui {

class Session;
class Theme;

class TimelinePanel : public QWidget {
    Q_OBJECT
public:
    TimelinePanel(Session& session, const Theme& theme, QWidget* parent = nullptr);
    ~TimelinePanel() override;
    QString sentence() const; // the line under the charts

private:
    struct Impl;
    std::unique_ptr<Impl> m;
};

} // namespace alwayson::gui
