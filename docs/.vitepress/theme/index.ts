import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import { nextTick } from 'vue';

const KEY = 'language-of-examples';
const TABS = '.vp-code-group .tabs label';

/** Shows every example of the page in the language that was chosen last. */
function choose(language: string | null): void {
  for (const label of document.querySelectorAll<HTMLLabelElement>(TABS)) {
    const input = label.previousElementSibling as HTMLInputElement;
    if (label.textContent === language && !input.checked) input.click();
  }
}

export default {
  extends: DefaultTheme,
  enhanceApp({ router }) {
    if (typeof window === 'undefined') return;
    window.addEventListener('click', ({ target, isTrusted }) => {
      if (!isTrusted || !(target instanceof HTMLElement) || !target.matches(TABS)) return;
      const { top } = target.getBoundingClientRect();
      localStorage.setItem(KEY, target.textContent!);
      choose(target.textContent);
      window.scrollBy(0, target.getBoundingClientRect().top - top); // other examples may be longer now
    });
    router.onAfterRouteChange = () => nextTick(() => choose(localStorage.getItem(KEY)));
  },
} satisfies Theme;
