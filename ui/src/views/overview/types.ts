/* The overview's answer, piece by piece. */
import type { components } from '../../api/schema';

type Schemas = components['schemas'];

export type Answer = Schemas['OverviewAnswer'];
export type Standing = Schemas['StandingModel'];
export type Reason = Schemas['ReasonModel'];
export type ErrorGroup = Schemas['ErrorGroupModel'];
export type Deployment = Schemas['DeploymentModel'];
export type Growing = Schemas['GrowingModel'];
export type Ingest = Schemas['IngestModel'];
