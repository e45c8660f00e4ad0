/* A piece of text from telemetry: as text, apart from the direction of what stands around it, with what was looked for marked. */
import { pieces } from './text';

export function Found({ text, words }: { text: string; words: readonly string[] }) {
  if (words.length === 0) return <bdi>{text}</bdi>;
  return (
    <bdi>{pieces(text, words).map((piece, at) => (piece.found ? <mark key={at}>{piece.text}</mark> : piece.text))}</bdi>
  );
}
