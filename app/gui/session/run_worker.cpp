#include "app/gui/session/run_worker.h"

#include <exception>

namespace alwayson::gui {

RunWorker::RunWorker(QObject* parent)
    : QObject(parent), m_worker([this](std::uint64_t ticket, Out out) {
          QMetaObject::invokeMethod(
              this,
              [this, ticket, shared = std::make_shared<Out>(std::move(out))] {
                  deliver(ticket, std::move(*shared));
              },
              Qt::QueuedConnection);
      }) {}

RunWorker::~RunWorker() = default;

std::uint64_t RunWorker::start(std::shared_ptr<const Design> design, verbs::SimulateOptions options) {
    {
        const std::scoped_lock lock(m_progressMutex);
        m_progress = {};
    }
    options.progress = [this](const verbs::Progress& progress) {
        const std::scoped_lock lock(m_progressMutex);
        m_progress = progress;
    };
    return m_worker.submit(
        [design = std::move(design), options = std::move(options)](std::stop_token stop) -> Out {
            try {
                return verbs::simulate(*design, options, stop);
            } catch (const std::exception& exception) {
                return Error{ErrorKind::internal, "simulate.exception", exception.what(), {}, {}};
            } catch (...) {
                return Error{
                    ErrorKind::internal, "simulate.exception", "the simulation stopped unexpectedly", {}, {}};
            }
        });
}

void RunWorker::cancel() {
    m_worker.cancel();
}

verbs::Progress RunWorker::progress() const {
    const std::scoped_lock lock(m_progressMutex);
    return m_progress;
}

void RunWorker::deliver(std::uint64_t ticket, Out out) {
    if (out.ok()) {
        emit finished(ticket, std::make_shared<const SimulationResult>(std::move(out).value()));
        return;
    }
    emit failed(ticket, out.error().kind == ErrorKind::cancelled,
                QString::fromStdString(describe(out.error())));
}

} // namespace alwayson::gui
