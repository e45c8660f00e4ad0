/* Says so, in the header, when a part of the server is not well. Silent otherwise. */
import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../parts/Icon';
import { Link } from '../parts/Link';
import { hrefWith } from '../state/url';

const EVERY_MS = 15_000;

export function Health() {
  const [trouble, setTrouble] = useState('');
  useEffect(() => {
    let ended = false;
    const look = async () => {
      const said = await troubleOf();
      if (!ended) setTrouble(said);
    };
    void look();
    const timer = setInterval(() => {
      if (!document.hidden) void look();
    }, EVERY_MS);
    return () => {
      ended = true;
      clearInterval(timer);
    };
  }, []);
  if (!trouble) return null;
  return (
    <Link href={hrefWith('/')} class="shell-health" title={trouble}>
      <Icon name="warn" />
      <span class="clip shell-wide" role="status">
        {trouble}
      </span>
    </Link>
  );
}

interface Part {
  ready: boolean;
  trouble?: string;
  note?: string;
}

async function troubleOf(): Promise<string> {
  try {
    const response = await fetch('/readyz', { headers: { accept: 'application/json' } });
    const said = (await response.json()) as { parts?: Record<string, Part> };
    const parts = Object.entries(said.parts ?? {});
    const bad = parts.find(([, part]) => !part.ready);
    if (bad) return `${bad[0]}: ${bad[1].trouble || 'not ready'}`;
    return parts.map(([, part]) => part.note ?? '').find(Boolean) ?? '';
  } catch {
    return 'Sonde does not answer; is it still running?';
  }
}
