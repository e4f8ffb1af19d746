/** The names of what crosses the wire; the types are generated from the records of the API. */
import type { components } from "../generated/api.js";

type Schemas = components["schemas"];

export type Access = Schemas["AccessShown"];
export type AlertShown = Schemas["AlertShown"];
export type AlertTargets = Schemas["AlertTargetsShown"];
export type AlertsShown = Schemas["AlertsShown"];
export type Channel = Schemas["ChannelShown"];
export type Detected = Schemas["DetectedShown"];
export type DeviceShown = Schemas["DeviceShown"];
export type DeviceLimits = Schemas["DeviceLimitsShown"];
export type DevicesShown = Schemas["DevicesShown"];
export type Drift = Schemas["DriftShown"];
export type DeviceConcerned = Schemas["DeviceConcerned"];
export type Feedback = Schemas["FeedbackShown"];
export type NewNormal = Schemas["NewNormalShown"];
export type IncidentListed = Schemas["IncidentListed"];
export type IncidentShown = Schemas["IncidentShown"];
export type IncidentsShown = Schemas["IncidentsShown"];
export type LatestShown = Schemas["LatestShown"];
export type LimitTrial = Schemas["LimitTrialShown"];
export type LimitsOfSite = Schemas["LimitsOfSiteShown"];
export type LiveAlert = Schemas["LiveAlert"];
export type LiveReading = Schemas["LiveReading"];
export type Me = Schemas["MeShown"];
export type Migration = Schemas["MigrationShown"];
export type Negotiated = Schemas["Negotiated"];
export type Optimiser = Schemas["OptimiserShown"];
export type OrderDelivery = Schemas["OrderDeliveryShown"];
export type Overrides = Schemas["OverridesShown"];
export type Performance = Schemas["PerformanceShown"];
export type Places = Schemas["PlacesShown"]["places"];
export type PlanListed = Schemas["PlanListed"];
export type PlanShown = Schemas["PlanShown"];
export type PlansShown = Schemas["PlansShown"];
export type Profile = Schemas["ProfileShown"];
export type ProfilesShown = Schemas["ProfilesShown"];
export type ReadingsShown = Schemas["ReadingsShown"];
/** What the last run found, as far as live messages say it too. */
export type Standing = Schemas["StandingNews"];

export type DeliveriesShown = Schemas["DeliveriesShown"];
export type Notice = DeliveriesShown["deliveries"][number];
export type Rule = Schemas["RuleShown"];
export type RuleBody = Schemas["RuleBody"];
export type RulesShown = Schemas["RulesShown"];
export type BundleOverview = Schemas["BundlesShown"];
export type RuleTrial = Schemas["RulePreviewShown"];
export type TargetTrial = Schemas["TargetTrialShown"];
export type Switch = Schemas["SwitchShown"];
export type TrialOfRule = Schemas["TrialOfRule"];
export type Trial = Schemas["TrialShown"];
export type Verdict = Schemas["VerdictShown"];
export type DeviceVerdict = Verdict["devices"][number];
export type MaintenanceWindow = Schemas["WindowShown"];
export type WindowsShown = Schemas["WindowsShown"];

export type Message =
  | Schemas["TelemetryMessage"]
  | Schemas["AlertMessage"]
  | Schemas["IncidentMessage"]
  | Schemas["PlanMessage"]
  | Schemas["StandingMessage"]
  | Schemas["OptimiserMessage"]
  | Schemas["OverridesMessage"]
  | Schemas["TasksMessage"]
  | Schemas["LimitsMessage"];
