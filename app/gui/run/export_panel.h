#pragma once
// Shows each exported file before anything is written: highlighting, the difference to what is on disk, the
// real tool's own verdict and what the target cannot express.

#include <QWidget>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace alwayson::gui {

class Session;
class Theme;

class ExportPanel : public QWidget {
    Q_OBJECT
public:
    ExportPanel(Session& session, const Theme& theme, QWidget* parent = nullptr);
    ~ExportPanel() override;

public slots:
    void refresh();                        // exports again on a worker; the preview keeps the open file
    void chooseFolder();                   // non-modal folder dialog
    void setFolder(const QString& folder); // compares with the files there
    // Asks before it replaces a file that no earlier export wrote or that was changed since.
    void writeToFolder();

protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void chooseFolderAnd(const std::function<void()>& then);
    void askToReplace(const std::vector<std::string>& paths);
    struct Impl;
    std::unique_ptr<Impl> m;
};

} // namespace alwayson::gui
