/* Line icons, drawn here, so that nothing is loaded from elsewhere. 16 units wide; they take the text's colour. */

const PATHS = {
  overview: 'M2 9h3l2-5 3 9 2-6 1 2h1',
  services: 'M3 3h4v4H3zM9 9h4v4H9zM7 5h3a1 1 0 0 1 1 1v3',
  traces: 'M2 4h8M4 8h8M6 12h8',
  logs: 'M3 3h10M3 6.5h10M3 10h7M3 13h9',
  metrics: 'M2 13V3M2 13h12M5 10l3-4 2 2 4-5',
  explain: 'M8 2a4 4 0 0 0-2.5 7.2V11h5V9.2A4 4 0 0 0 8 2zM6 13.5h4',
  dashboards: 'M2 3h5v5H2zM9 3h5v3H9zM9 8h5v5H9zM2 10h5v3H2z',
  ask: 'M2 4l4 4-4 4M8 12h6',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.5 10.5 14 14',
  clock: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 5v3l2 2',
  refresh: 'M13 8a5 5 0 1 1-1.5-3.5M13 2v3h-3',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  moon: 'M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z',
  rows: 'M2 4h12M2 8h12M2 12h12',
  keys: 'M2 4h12v8H2zM5 10h6M5 7h.01M8 7h.01M11 7h.01',
  close: 'M4 4l8 8M12 4l-8 8',
  copy: 'M5 5h8v8H5zM3 11V3h8',
  check: 'M3 8.5l3 3 7-7',
  link: 'M6.5 9.5l3-3M7 5l1.5-1.5a2.5 2.5 0 0 1 3.5 3.5L10.5 8.5M9 11l-1.5 1.5A2.5 2.5 0 0 1 4 9l1.5-1.5',
  download: 'M8 2v8M5 7l3 3 3-3M3 13h10',
  upload: 'M8 10V2M5 5l3-3 3 3M3 13h10',
  right: 'M6 3l5 5-5 5',
  down: 'M3 6l5 5 5-5',
  up: 'M3 10l5-5 5 5',
  left: 'M10 3L5 8l5 5',
  warn: 'M8 2l6.5 11.5h-13zM8 6.5v3.5M8 12h.01',
  info: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 7.5V11M8 5h.01',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  star: 'M8 2l1.8 3.9 4.2.5-3.1 2.9.8 4.2L8 11.4l-3.7 2.1.8-4.2L2 6.4l4.2-.5z',
  filter: 'M2 3h12L9.5 8.5V13l-3-1.5v-3z',
  play: 'M5 3l8 5-8 5z',
  pause: 'M5 3v10M11 3v10',
  menu: 'M2 4h12M2 8h12M2 12h12',
  edit: 'M3 13l.7-3L11 2.7l2.3 2.3L6 12.3z',
  trash: 'M3 4.5h10M6 4.5V3h4v1.5M4.5 4.5l.5 8.5h6l.5-8.5',
  compare: 'M5 3v10M11 3v10M2 6l3-3 3 3M8 10l3 3 3-3',
  columns: 'M2 3h12v10H2zM6 3v10M10 3v10',
  more: 'M4 8h.01M8 8h.01M12 8h.01',
  drag: 'M6 4h.01M10 4h.01M6 8h.01M10 8h.01M6 12h.01M10 12h.01',
} as const;

export type IconName = keyof typeof PATHS;

/** An icon beside a text, or in a button that has a name of its own. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
