import { nextTick, shallowRef, watchEffect } from 'vue'
import { createRouter, createWebHistory, type Router, type RouteRecordRaw } from 'vue-router'
import { textsReady, translate, useI18n, type Dictionary, type Messages } from '@/i18n'
import messages from './messages'
import { pages, type Page } from './routes'
import { useSession } from './session'
import { watchStuck } from './stuck'

declare module 'vue-router' {
  interface RouteMeta {
    page: Omit<Page, 'load' | 'path' | 'name' | 'title'>
    title?: () => string | undefined
  }
}

/** The pages beside the table. */
const beside: readonly Page[] = [
  { path: '/:path(.*)*', name: 'not-found', title: 'title.notFound', shell: 'public', load: () => import('./NotFoundPage.vue') },
  // Reached by name only; keeps the address that was asked for.
  { path: '/:path(.*)*', name: 'no-rights', title: 'title.noRights', shell: 'public', load: () => import('./NoRightsPage.vue') },
]

const recordsOf = <Texts extends Messages>(table: readonly Page<Texts>[], texts: Dictionary<Texts>): RouteRecordRaw[] =>
  table.map(({ path, name, load, title, ...page }) => ({ path, name, component: load, meta: { page, title: () => translate(texts, title) } }))

/** Title given by the page on screen, such as a case's; cleared on navigation. */
const ownTitle = shallowRef('')

/** Sets the title of the page on screen. */
export function setTitle(title: string): void {
  ownTitle.value = title
}

export function makeRouter(): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes: recordsOf([...pages, ...beside], messages),
    scrollBehavior(to, from, saved) {
      if (to.path === from.path && to.query.step !== from.query.step) return { top: 0 }
      if (saved) return saved
      // What stands behind the # of the set-up link is a secret, not a place.
      if (to.hash && to.name !== 'setup') return { el: to.hash }
      return to.path === from.path ? false : { top: 0 }
    },
  })

  let whole = false
  router.beforeEach(async (to) => {
    if (to.name !== 'not-found' || whole) return true
    const { workplaces, texts } = await import('./workplaces')
    for (const record of recordsOf(workplaces, texts)) router.addRoute(record)
    whole = true
    return to.fullPath
  })

  router.beforeEach(async (to) => {
    const session = useSession()
    const { roles } = to.meta.page
    if (!roles) {
      void session.load()
      return true
    }
    await session.load()
    // Without an answer nobody is sent away: the page says that it cannot load.
    if (!session.known) return true
    if (!session.me) return { name: 'sign-in', query: { next: to.fullPath } }
    if (roles.includes(session.me.role)) return true
    return { name: 'no-rights', params: { path: to.path.slice(1).split('/') }, query: to.query, replace: true }
  })

  // The page's code is there by now, so its dictionary is known.
  router.beforeResolve(async () => {
    await textsReady()
  })

  router.afterEach(async (to, from, failure) => {
    if (failure) return
    if (to.path !== from.path) ownTitle.value = ''
    if (from.matched.length === 0 || to.path === from.path || to.hash) return
    await nextTick()
    const heading = document.querySelector<HTMLElement>('main h1[tabindex]') ?? document.getElementById('content')
    heading?.focus({ preventScroll: true })
  })

  watchStuck(router)

  const { t } = useI18n(messages)
  watchEffect(() => {
    const { name, meta } = router.currentRoute.value
    const words = ownTitle.value || (name !== 'home' && meta.title?.())
    document.title = words ? `${words} · ${t('common.name')}` : t('title.home')
  })
  return router
}
