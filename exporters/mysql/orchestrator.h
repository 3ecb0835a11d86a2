#pragma once
// The configuration of orchestrator, where it fails over: one file for each machine that it runs on.

#include "exporters/mysql/plan.h"

#include <string>
#include <vector>

namespace alwayson::exporters::mysql {

// Where its account's name and password are on its machines.
inline constexpr std::string_view kOrchestratorCredentials = "/etc/mysql/orchestrator-topology.cnf";

// Of its pages, on every machine of several.
inline constexpr int kOrchestratorPort = 3000;

// IP addresses of the machines that it runs on, when there are several and the design has all of them; else
// empty. Only then do they decide by majority.
std::vector<std::string> orchestratorVoters(const Design& design, const Group& set);

struct OrchestratorFile {
    std::string name; // "orchestrator-vote1.conf.json"; "orchestrator.conf.json" for a machine of no design
    std::string machine; // id of the node it runs on; "" when the design names none, or one of several
    std::vector<std::string> oneOf; // ids: several machines, not all with an IP address
    std::string text;
};

// Empty where somebody else fails over. What is rounded or left out is added to `notes`. Keys and defaults:
// orchestrator's source, go/config/config.go of 3.2.6.
std::vector<OrchestratorFile> orchestratorFiles(const Design& design, const Plan& plan,
                                                std::vector<std::string>& notes);

} // namespace alwayson::exporters::mysql
