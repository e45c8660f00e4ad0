/* What a map shows of a service and of calls. */

export interface MapNode {
  /** Kind and name, as peers of different kinds may share a name. */
  id: string;
  name: string;
  kind: string;
  rate: number;
  errorRatio: number;
  p50: number;
  p95: number;
  sendsSpans: boolean;
}

export interface MapEdge {
  /** Indexes of nodes. */
  from: number;
  to: number;
  /** Calls. */
  weight: number;
  rate: number;
  errorRatio: number;
  p50: number;
  p95: number;
}
