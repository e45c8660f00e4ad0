/* The frame around every view: navigation, time range, looks, palette and key sheet; the view itself in the middle. */
import { type ComponentType, Component, type ComponentChildren } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import iconAddress from '../icon.svg';
import { useKeys } from '../keys/keys';
import { Button } from '../parts/Button';
import { Icon } from '../parts/Icon';
import { Link } from '../parts/Link';
import { Empty, ErrorNote, Skeleton } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { ApiError } from '../api/client';
import { setLook, useLook } from '../state/look';
import { NAVIGATION, type PageProps, ROUTES, type Route, matched } from '../state/routes';
import { hrefWith, navigate, usePath } from '../state/url';
import { Health } from './Health';
import { KeySheet, shownKey } from './KeySheet';
import { Palette } from './Palette';
import { RangePicker } from './RangePicker';
import { Refresh } from './Refresh';

const PALETTE_KEY = shownKey('mod+k').toUpperCase();

export function Shell() {
  const path = usePath();
  const [over, setOver] = useState<'' | 'palette' | 'keys'>('');
  const look = useLook();
  const dark = look.theme ? look.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  const turnTheme = () => setLook({ theme: dark ? 'light' : 'dark' });
  const turnDensity = () => setLook({ density: look.density === 'roomy' ? 'compact' : 'roomy' });

  useKeys('Everywhere', [
    { keys: 'mod+k', does: 'Open the command palette', run: () => setOver('palette'), inFields: true },
    { keys: '?', does: 'Show all keys', run: () => setOver('keys'), palette: true },
    { keys: 'shift+d', does: dark ? 'Light theme' : 'Dark theme', run: turnTheme, palette: true },
    {
      keys: 'shift+s',
      does: look.density === 'roomy' ? 'Compact rows' : 'Roomy rows',
      run: turnDensity,
      palette: true,
    },
  ]);
  useKeys(
    'Go to',
    NAVIGATION.map((route) => ({
      keys: `g ${route.key}`,
      does: route.title,
      run: () => navigate(hrefWith(route.path)),
    })),
  );

  return (
    <div class="shell">
      <a class="shell-skip" href="#main">
        Skip to the content
      </a>
      <header class="shell-head">
        <Link href={hrefWith('/')} class="shell-brand" aria-label="Sonde: overview">
          <img src={iconAddress} alt="" />
          <span>Sonde</span>
        </Link>
        <Health />
        <Button
          class="shell-find"
          icon="search"
          title="Command palette"
          label={`Go to… ${PALETTE_KEY}, command palette`}
          onClick={() => setOver('palette')}
        >
          <span>Go to…</span>
          <kbd>{PALETTE_KEY}</kbd>
        </Button>
        <RangePicker />
        <Refresh />
        <Button
          kind="quiet"
          class="shell-wide"
          icon="rows"
          label={look.density === 'roomy' ? 'Compact rows' : 'Roomy rows'}
          onClick={turnDensity}
        />
        <Button
          kind="quiet"
          icon={dark ? 'sun' : 'moon'}
          label={dark ? 'Light theme' : 'Dark theme'}
          onClick={turnTheme}
        />
        <Button kind="quiet" class="shell-wide" icon="keys" label="Keys" onClick={() => setOver('keys')} />
      </header>
      <Navigation path={path} />
      <main class="shell-main" id="main" tabIndex={-1}>
        <View path={path} />
      </main>
      {over === 'palette' && <Palette onClose={() => setOver('')} />}
      {over === 'keys' && <KeySheet onClose={() => setOver('')} />}
    </div>
  );
}

function Navigation({ path }: { path: string }) {
  return (
    <nav class="shell-nav" aria-label="Views">
      {NAVIGATION.map((route) => (
        <Link
          key={route.path}
          href={hrefWith(route.path)}
          aria-current={isWithin(route, path) ? 'page' : undefined}
          aria-label={route.title}
          title={`${route.title} (g ${route.key})`}
        >
          {route.icon && <Icon name={route.icon} />}
          <span>{route.title}</span>
        </Link>
      ))}
    </nav>
  );
}

/** `/service/x` belongs to Services, `/trace/x` to Traces. */
function isWithin(route: Route, path: string): boolean {
  const first = path.split('/')[1] ?? '';
  const home = route.path.slice(1);
  return first === home || (first !== '' && home === `${first}s`) || (first === 'compare' && home === 'traces');
}

const loaded = new Map<Route, ComponentType<PageProps>>();

function View({ path }: { path: string }) {
  const { route, params } = useMemo(() => found(path), [path]);
  const [, arrived] = useState(0);
  const [error, setError] = useState<ApiError>();

  useEffect(() => {
    setError(undefined);
    if (!route || loaded.has(route)) return;
    route.load().then(
      (component) => {
        loaded.set(route, component);
        arrived((n) => n + 1);
      },
      () =>
        setError(
          new ApiError(
            0,
            'unreachable',
            'This view could not be loaded.',
            'Is Sonde still running? If it was upgraded meanwhile, load the page anew.',
          ),
        ),
    );
  }, [route]);

  if (!route) return <NotHere path={path} />;
  const Shown = loaded.get(route);
  if (error) return <ErrorNote error={error} retry={() => location.reload()} />;
  if (!Shown)
    return (
      <Page title={route.title}>
        <Skeleton height="60vh" />
      </Page>
    );
  return (
    <Guarded key={`${route.path} ${JSON.stringify(params)}`}>
      <Shown params={params} />
    </Guarded>
  );
}

function found(path: string): { route?: Route; params: Record<string, string> } {
  for (const route of ROUTES) {
    const params = matched(route.path, path);
    if (params) return { route, params };
  }
  return { params: {} };
}

function NotHere({ path }: { path: string }) {
  return (
    <Page title="Not here">
      <Empty title="There is no such page.">
        <p>
          Nothing is shown at <code>{path}</code>. Go to the <Link href={hrefWith('/')}>overview</Link>, or press{' '}
          <kbd>?</kbd> for all keys.
        </p>
      </Empty>
    </Page>
  );
}

/** A defect in one view leaves the frame standing. */
class Guarded extends Component<{ children: ComponentChildren }, { error?: Error }> {
  override state: { error?: Error } = {};

  override componentDidCatch(error: Error) {
    console.error(error);
    this.setState({ error });
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <ErrorNote
        error={
          new ApiError(
            0,
            'internal',
            `This view broke: ${error.message}`,
            'Load the page anew; if it happens again, it is a defect worth reporting.',
          )
        }
        retry={() => location.reload()}
      />
    );
  }
}
