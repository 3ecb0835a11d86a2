#pragma once

#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QLineEdit>
#include <QPushButton>
#include <QShowEvent>

#include <optional>

namespace alwayson::gui {

// Makes the folder that was typed, as long as what it lies in is there. QFileDialog greys its button out
// for a folder that is still to be made.
class FolderDialog : public QFileDialog {
public:
    using QFileDialog::QFileDialog;

protected:
    void accept() override {
        if (const std::optional<QFileInfo> folder = toBeMade()) folder->dir().mkdir(folder->fileName());
        QFileDialog::accept();
    }
    void showEvent(QShowEvent* event) override {
        QFileDialog::showEvent(event);
        const auto* buttons = findChild<QDialogButtonBox*>();
        if (m_choose || !buttons) return; // a dialog of the desktop has buttons of its own
        m_choose = buttons->button(QDialogButtonBox::Open);
        if (!m_choose) return;
        m_choose->installEventFilter(this);
        if (const auto* name = findChild<QLineEdit*>(QStringLiteral("fileNameEdit")))
            connect(name, &QLineEdit::textChanged, this, [this] { allow(); });
        connect(this, &QFileDialog::directoryEntered, this, [this] { allow(); });
        allow();
    }
    bool eventFilter(QObject* watched, QEvent* event) override {
        if (watched == m_choose && event->type() == QEvent::EnabledChange) allow();
        return QFileDialog::eventFilter(watched, event);
    }

private:
    std::optional<QFileInfo> toBeMade() const {
        const QStringList chosen = selectedFiles();
        if (chosen.size() != 1) return {};
        const QFileInfo folder(chosen.front());
        if (folder.exists() || !folder.dir().exists()) return {};
        return folder;
    }
    void allow() {
        if (!m_choose->isEnabled() && toBeMade()) m_choose->setEnabled(true);
    }
    QPushButton* m_choose = nullptr;
};

} // namespace alwayson::gui
