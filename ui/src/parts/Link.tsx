/* A link within Sonde: opens without loading the page anew, unless a person asks for a new tab. */
import type { ComponentChildren } from 'preact';
import { navigate } from '../state/url';

interface Props {
  href: string;
  children?: ComponentChildren;
  class?: string;
  title?: string;
  replace?: boolean;
  'aria-label'?: string;
  'aria-current'?: 'page' | undefined;
  tabIndex?: number;
  onClick?: () => void;
}

export function Link({ href, replace, onClick, ...rest }: Props) {
  return (
    <a
      href={href}
      {...rest}
      onClick={(event) => {
        if (
          event.defaultPrevented ||
          event.button !== 0 ||
          event.metaKey ||
          event.ctrlKey ||
          event.shiftKey ||
          event.altKey
        )
          return;
        event.preventDefault();
        event.stopPropagation();
        onClick?.();
        navigate(href, replace ? { replace } : {});
      }}
    />
  );
}
