/* Where the pages begin. */
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './styles/tokens.css';
import './styles/ground.css';
import './styles/parts.css';
import './styles/shell.css';
import './charts/colours.css';
import { render } from 'preact';
import { listen } from './keys/keys';
import { Shell } from './shell/Shell';
import { followSystem } from './state/look';

listen(document);
followSystem();
render(<Shell />, document.getElementById('app')!);
