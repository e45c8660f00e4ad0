/* Attributes whose values are others in b: of the services' resources, of the chosen place, of the other places that differ most. */
import { count } from '../../format';
import { Button } from '../../parts/Button';
import { ServiceName } from '../../parts/Figures';
import { Panel } from '../../parts/Page';
import { setParams } from '../../state/url';
import { nameOf, type Comparison } from './differences';

type Difference = Comparison['attributes'][number];

export function Attributes({ found, node }: { found: Comparison; node: number }) {
  const here = found.attributes.filter((one) => one.node === node && node >= 0);
  const resources = found.attributes.filter((one) => one.node < 0);
  const elsewhere = found.attributes.filter((one) => one.node >= 0 && one.node !== node);
  return (
    <Panel
      title="Attributes that differ"
      class="compare-attributes"
      note={found.attributes_truncated ? 'the first 200' : undefined}
    >
      {found.attributes.length === 0 && (
        <p class="note">None, of the services and of the places that differ most in time or failures.</p>
      )}
      <Group title="At the chosen place" found={found} rows={here} named={false} />
      <Group title="Of the services" found={found} rows={resources} named />
      <Group title={here.length ? 'At other places' : 'Of spans'} found={found} rows={elsewhere} named />
    </Panel>
  );
}

function Group(props: { title: string; found: Comparison; rows: Difference[]; named: boolean }) {
  const { title, found, rows, named } = props;
  if (rows.length === 0) return null;
  return (
    <table class="table compare-table">
      <caption>{title}</caption>
      <thead>
        <tr>
          {named && <th scope="col">Where</th>}
          <th scope="col">Attribute</th>
          <th scope="col">
            <span class="compare-letter compare-a">a</span>
          </th>
          <th scope="col">
            <span class="compare-letter compare-b">b</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {merged(rows).map(({ row, services }) => (
          <tr key={`${String(row.node)} ${row.service} ${row.key}`}>
            {named && (
              <td>
                <Where found={found} row={row} services={services} />
              </td>
            )}
            <td class="mono">
              <bdi>{row.key}</bdi>
            </td>
            <td>
              <Values values={row.a} />
            </td>
            <td>
              <Values values={row.b} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Rows of services that say the same as one. */
function merged(rows: Difference[]): { row: Difference; services: string[] }[] {
  const found = new Map<string, { row: Difference; services: string[] }>();
  for (const row of rows) {
    const same = JSON.stringify([row.node, row.key, row.a, row.b]);
    const known = found.get(same);
    if (known) known.services.push(row.service);
    else found.set(same, { row, services: [row.service] });
  }
  return [...found.values()];
}

function Where({ found, row, services }: { found: Comparison; row: Difference; services: string[] }) {
  if (row.node < 0)
    return services.length === 1 ? (
      <ServiceName name={row.service} />
    ) : (
      <span title={services.join(', ')}>{count(services.length)} services</span>
    );
  return (
    <Button kind="quiet" class="compare-where" onClick={() => setParams({ node: String(row.node), only: null })}>
      <bdi>{nameOf(found, row.node).name || '(no name)'}</bdi>
    </Button>
  );
}

function Values({ values }: { values: readonly string[] }) {
  if (values.length === 0) return <span class="dim">absent</span>;
  return (
    <ul class="compare-values">
      {values.map((value) => (
        <li key={value}>
          <bdi class="mono">{value === '' ? '(empty)' : value}</bdi>
        </li>
      ))}
    </ul>
  );
}
