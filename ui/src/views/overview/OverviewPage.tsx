/* Which service is in trouble, what fails, what was deployed, what grows, and whether everything arrives. */
import './overview.css';
import { useMemo } from 'preact/hooks';
import { get } from '../../api/client';
import { introduce } from '../../charts/hues';
import { useKeys } from '../../keys/keys';
import { Button } from '../../parts/Button';
import { Loaded, Skeleton } from '../../parts/Loaded';
import { Page } from '../../parts/Page';
import { useLoad } from '../../state/load';
import { useRange, zoomTo } from '../../state/range';
import { Deployments } from './Deployments';
import { ErrorGroups } from './ErrorGroups';
import { FirstRun, NothingNow } from './FirstRun';
import { GrowingResources } from './GrowingResources';
import { IngestStrip } from './IngestStrip';
import { ServicesTable } from './ServicesTable';
import type { Answer } from './types';

export function OverviewPage() {
  const range = useRange();
  const state = useLoad(JSON.stringify(range.params), (signal) => get('/sonde/overview', range.params, signal));
  useKeys('Overview', [
    { keys: 'j', does: 'Next row', run: () => walk(1) },
    { keys: 'k', does: 'Row before', run: () => walk(-1) },
  ]);
  const data = state.data;
  useMemo(() => introduce(data?.services.map((one) => one.name) ?? []), [data]);
  const isFirst = data?.ingest.stored.every((one) => one.rows === 0) ?? state.error?.category === 'not_found';
  if (isFirst)
    return (
      <Page title="Overview" heading="Nothing has arrived yet">
        <FirstRun reload={state.reload} />
      </Page>
    );
  return (
    <Page title="Overview" actions={data && <Zoom answer={data} />}>
      <Loaded state={state} skeleton={<Waiting />}>
        {(answer) => (
          <div class="overview">
            <IngestStrip ingest={answer.ingest} />
            {answer.services.length === 0 && answer.errors.groups.length === 0 ? (
              <NothingNow ingest={answer.ingest} />
            ) : (
              <>
                <ServicesTable answer={answer} />
                <div class="overview-below">
                  <ErrorGroups answer={answer} />
                  <div class="overview-side">
                    <Deployments answer={answer} />
                    <GrowingResources answer={answer} />
                  </div>
                </div>
              </>
            )}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

/** Where data cover only the end of the range, the way to see them larger. */
function Zoom({ answer }: { answer: Answer }) {
  const { begun_s: begun, start_s: start } = answer;
  const end = Math.min(answer.end_s, Date.now() / 1000);
  if (begun == null || begun <= start || (end - begun) * 3 > end - start || end - begun < 10) return null;
  return (
    <Button icon="search" onClick={() => zoomTo(begun * 1000, end * 1000)}>
      Zoom to the data
    </Button>
  );
}

/** Blocks of the size of what comes. */
function Waiting() {
  return (
    <div class="overview">
      <Skeleton height={38} />
      <Skeleton height={280} />
      <div class="overview-below">
        <Skeleton height={260} />
        <Skeleton height={260} />
      </div>
    </div>
  );
}

/** Move the focus to the next row of any table, or to the one before. */
function walk(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('.overview tbody tr[tabindex]')];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
}
