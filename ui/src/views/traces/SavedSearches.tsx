/* The star: keep this search under a name, go back to one that was kept. */
import { useState } from 'preact/hooks';
import { Button } from '../../parts/Button';
import { CopyButton } from '../../parts/CopyButton';
import { Dialog } from '../../parts/Dialog';
import { Link } from '../../parts/Link';
import { forget, save, savedSearches, type Saved } from './saved';

export function SavedSearches({ q }: { q: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon="star" label="Saved searches" onClick={() => setOpen(true)} />
      <CopyButton text={() => location.href} label="Copy the link to this search" />
      {open && <SavedDialog q={q} onClose={() => setOpen(false)} />}
    </>
  );
}

function SavedDialog({ q, onClose }: { q: string; onClose: () => void }) {
  const [searches, setSearches] = useState<Saved[]>(savedSearches);
  const [name, setName] = useState(q);
  return (
    <Dialog title="Saved searches" onClose={onClose}>
      <form
        class="traces-save"
        onSubmit={(event) => {
          event.preventDefault();
          const href = location.pathname + location.search;
          setSearches(save({ name: name.trim() || 'All traces', href }));
        }}
      >
        <label class="labelled">
          <span>Name</span>
          <input class="input" value={name} onInput={(event) => setName(event.currentTarget.value)} autofocus />
        </label>
        <Button type="submit" kind="primary" icon="star">
          Save this search
        </Button>
      </form>
      {searches.length === 0 ? (
        <p class="note">Saved searches stand here. They are links: conditions, range, order and columns.</p>
      ) : (
        <ul class="traces-saved">
          {searches.map((one) => (
            <li key={one.name}>
              <Link href={one.href} onClick={onClose}>
                <bdi>{one.name}</bdi>
              </Link>
              <Button
                kind="quiet"
                icon="trash"
                label={`Forget ${one.name}`}
                onClick={() => setSearches(forget(one.name))}
              />
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
