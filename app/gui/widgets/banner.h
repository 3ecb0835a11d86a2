#pragma once
// An error across the top of the canvas: never modal, stays until it is closed or the next one comes.

#include <QFrame>

class QLabel;
class QPushButton;

namespace alwayson::gui {

class Theme;

class Banner : public QFrame {
    Q_OBJECT
public:
    explicit Banner(const Theme& theme, QWidget* parent = nullptr);
    void showError(const QString& title, const QString& message);
    QString title() const;
    QString message() const;

private:
    QLabel* m_title;
    QLabel* m_message;
};

} // namespace alwayson::gui
