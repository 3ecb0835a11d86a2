#pragma once
// Reports as text for people at a terminal, at most 110 columns where the names allow it.

#include "core/catalogue/descriptor.h"
#include "core/model/design.h"
#include "core/results/check_report.h"
#include "core/results/simulation_result.h"

#include <string>

namespace alwayson::cli {

std::string checkText(const CheckReport& report);
std::string scenariosText(const Design& design); // what --scenario takes; "" without any
std::string simulationText(const SimulationResult& result);
std::string kindsText();                      // a line each
std::string kindText(const Descriptor& kind); // a page
Json kindsJson();

// "99.983 %  [99.97 % - 99.99 %]  simulated, n=12 048"
std::string availabilityText(const Estimate& estimate);

// Columns that line up: each row a list of cells, printed visibly on one line; the last is not padded.
std::string table(std::vector<std::vector<std::string>> rows, int indent = 2);

} // namespace alwayson::cli
