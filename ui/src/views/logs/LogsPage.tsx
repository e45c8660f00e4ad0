/* Log records: a query, how many over time, the records or their patterns, and the fields to narrow by. */
import './logs.css';
import { useKeys } from '../../keys/keys';
import { Button, Segmented, Tabs } from '../../parts/Button';
import { Drawer } from '../../parts/Dialog';
import { Page } from '../../parts/Page';
import { QueryBar } from '../../parts/querybar/QueryBar';
import { useLook } from '../../state/look';
import { useRange } from '../../state/range';
import { setParams, useParam } from '../../state/url';
import { useAsked } from './asked';
import { Fields } from './Fields';
import { Histogram } from './Histogram';
import { Narrowing } from './Narrowing';
import { Patterns } from './Patterns';
import { LiveButton, Records } from './Records';
import { useNarrow } from './useNarrow';

type Tab = 'records' | 'patterns';

export function LogsPage() {
  const asked = useAsked();
  const range = useRange();
  const { shownZone } = useLook();
  const [tabText, setTab] = useParam('view', 'records');
  const [fields, setFields] = useParam('fields');
  const [order, setOrder] = useParam('order', 'newest');
  const [wrap, setWrap] = useParam('wrap');
  const isNarrow = useNarrow();
  const tab: Tab = tabText === 'patterns' ? 'patterns' : 'records';
  const showsFields = isNarrow ? fields === '1' : fields !== '0';
  const toggleFields = () =>
    setFields(showsFields ? (isNarrow ? null : '0') : isNarrow ? '1' : null, { replace: true });
  useKeys('Logs', [{ keys: 'f', does: 'Show or hide the fields', run: toggleFields, palette: true }]);

  return (
    <Page title="Logs" class="logs" actions={<LiveButton />}>
      <QueryBar
        signal="logs"
        value={asked.q}
        onChange={(q) => setParams({ q: q || null, record: null })}
        range={range}
        label="Search log records"
        placeholder="severity:warn “connection refused” service:checkout"
      />
      <Narrowing asked={asked} />
      <Histogram asked={asked} range={range} zone={shownZone} />
      <div class="logs-bar">
        <Button icon="columns" pressed={showsFields} onClick={toggleFields} title="Fields (f)">
          Fields
        </Button>
        <Tabs
          label="What is listed"
          value={tab}
          onChange={(next) => setTab(next)}
          tabs={[
            { value: 'records', label: 'Records' },
            { value: 'patterns', label: 'Patterns' },
          ]}
        />
        {tab === 'records' && (
          <span class="logs-bar-end">
            <Segmented
              label="Order"
              value={order === 'oldest' ? 'oldest' : 'newest'}
              onChange={(next) => setOrder(next)}
              options={[
                { value: 'newest', label: 'Newest first' },
                { value: 'oldest', label: 'Oldest first' },
              ]}
            />
            <Button
              pressed={wrap === '1'}
              onClick={() => setWrap(wrap === '1' ? null : '1', { replace: true })}
              title="Wrap long lines (w)"
            >
              Wrap
            </Button>
          </span>
        )}
      </div>
      <div class={`logs-main ${showsFields && !isNarrow ? 'has-fields' : ''}`}>
        {showsFields && !isNarrow && (
          <aside class="logs-side" aria-label="Fields">
            <Fields asked={asked} range={range} />
          </aside>
        )}
        <div class="logs-content" role="tabpanel" aria-label={tab}>
          {tab === 'patterns' ? (
            <Patterns asked={asked} range={range} />
          ) : (
            <Records asked={asked} range={range} zone={shownZone} />
          )}
        </div>
      </div>
      {showsFields && isNarrow && (
        <Drawer title="Fields" onClose={toggleFields}>
          <Fields asked={asked} range={range} />
        </Drawer>
      )}
    </Page>
  );
}
