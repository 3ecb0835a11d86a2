#include "app/gui/session/verdict_worker.h"

#include "app/verbs/verbs.h"

#include <exception>

namespace alwayson::gui {

VerdictWorker::VerdictWorker(QObject* parent)
    : QObject(parent), m_worker([this](std::uint64_t, Out out) {
          QMetaObject::invokeMethod(
              this, [this, shared = std::make_shared<Out>(std::move(out))] { deliver(std::move(*shared)); },
              Qt::QueuedConnection);
      }) {}

VerdictWorker::~VerdictWorker() = default;

void VerdictWorker::submit(std::shared_ptr<const Design> design, std::uint64_t revision) {
    m_worker.submit([design = std::move(design), revision](std::stop_token stop) -> Out {
        try {
            return {revision, verbs::check(*design, stop)};
        } catch (const std::exception& exception) {
            return {revision, Error{ErrorKind::internal, "check.exception", exception.what(), {}, {}}};
        } catch (...) {
            return {revision,
                    Error{ErrorKind::internal, "check.exception", "the check stopped unexpectedly", {}, {}}};
        }
    });
}

void VerdictWorker::deliver(Out out) {
    if (out.report.ok()) {
        emit finished(out.revision, std::make_shared<const CheckReport>(std::move(out.report).value()));
    } else if (out.report.error().kind != ErrorKind::cancelled) {
        emit failed(out.revision, QString::fromStdString(describe(out.report.error())));
    }
}

} // namespace alwayson::gui
