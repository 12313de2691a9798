// Before the first paint: language and theme, so that nothing flashes. No inline script: the security policy forbids it.
;(() => {
  const root = document.documentElement
  const read = (key) => {
    try {
      return localStorage.getItem(key)
    } catch {
      return null
    }
  }
  const wanted = [/[?&]lang=(zh|en)\b/.exec(location.search)?.[1], read('hejie.locale'), ...(navigator.languages || [navigator.language || ''])]
  const known = wanted.map((one) => String(one).slice(0, 2).toLowerCase()).find((one) => one === 'zh' || one === 'en')
  root.lang = known === 'en' ? 'en' : 'zh-CN'
  const theme = read('hejie.theme')
  root.dataset.theme = /^(light|dark)$/.test(theme) ? theme : matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
})()
