import DefaultTheme from 'vitepress/theme';
import { showHovers } from './hovers.mjs';
import './style.css';

export default {
  extends: DefaultTheme,
  enhanceApp({ router }) {
    if (!import.meta.env.SSR) showHovers(router);
  },
};
