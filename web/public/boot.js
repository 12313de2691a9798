// Runs before the first paint: sets language and theme, so nothing flashes.
// Kept apart from the app because the security policy forbids inline scripts.
;(function () {
  var root = document.documentElement
  var read = function (key) {
    try {
      return localStorage.getItem(key)
    } catch {
      return null
    }
  }
  var asked = /[?&]lang=(zh|en)\b/.exec(location.search)
  var locale = (asked && asked[1]) || read('hejie.locale')
  if (locale !== 'zh' && locale !== 'en') {
    locale = 'zh'
    var wanted = navigator.languages || [navigator.language || '']
    for (var i = 0; i < wanted.length; i++) {
      var base = String(wanted[i]).slice(0, 2).toLowerCase()
      if (base === 'zh' || base === 'en') {
        locale = base
        break
      }
    }
  }
  root.lang = locale === 'en' ? 'en' : 'zh-CN'
  var theme = read('hejie.theme')
  if (theme !== 'light' && theme !== 'dark') {
    theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  }
  root.dataset.theme = theme
})()
