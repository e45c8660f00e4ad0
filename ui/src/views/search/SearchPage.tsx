/* Goes on to the search for traces that a link to Jaeger's pages means. */
import { useEffect } from 'preact/hooks';
import { Skeleton } from '../../parts/Loaded';
import { Page } from '../../parts/Page';
import { hrefWith, navigate } from '../../state/url';
import { fromJaeger } from './jaeger';

export function SearchPage() {
  useEffect(() => {
    navigate(hrefWith('/traces', { ...fromJaeger(new URLSearchParams(location.search)) }), { replace: true });
  }, []);
  return (
    <Page title="Traces">
      <Skeleton height={400} />
    </Page>
  );
}
