/* The pages for everybody. Those where people work are in workplaces.ts, which a consumer's browser does not load. */
import type { Component } from 'vue'
import type { KeyOf, Messages } from '@/i18n'
import type { Role } from './session'
import { full, ofRoom } from './styles'
import type zh from './messages.zh'

type Shell = 'public' | 'staff' | 'bare'

export interface Page<Texts extends Messages = typeof zh> {
  path: string
  name: string
  /** Key of the title in the table's texts. */
  title: Extract<KeyOf<Texts>, `title.${string}`>
  shell: Shell
  /** Who may come here; everybody when absent. The server decides; this only spares a wasted visit. */
  roles?: readonly Role[]
  /** Opens the live connection. */
  live?: boolean
  /** Without the bar at the lower edge of a phone: the page needs that place itself. */
  quiet?: boolean
  load: () => Promise<{ default: Component }>
}

const everybody: readonly Role[] = ['consumer', 'desk_agent', 'desk_supervisor', 'officer', 'administrator']
const inRoom: readonly Role[] = ['consumer', 'desk_agent', 'desk_supervisor', 'officer']

export const pages: readonly Page[] = [
  { path: '/', name: 'home', title: 'title.home', shell: 'public', load: () => import('@/features/home/HomePage.vue') },
  { path: '/e/:id', name: 'enterprise', title: 'title.enterprise', shell: 'public', load: () => import('@/features/enterprise/EnterprisePage.vue') },
  { path: '/ranking', name: 'ranking', title: 'title.ranking', shell: 'public', load: full(() => import('@/features/scorecard/RankingPage.vue')) },
  { path: '/file/:enterprise', name: 'file', title: 'title.file', shell: 'public', quiet: true, load: full(() => import('@/features/file-case/FileCasePage.vue')) },
  { path: '/not-enrolled', name: 'not-enrolled', title: 'title.notEnrolled', shell: 'public', load: full(() => import('@/features/file-case/NotEnrolledPage.vue')) },
  { path: '/cases', name: 'cases', title: 'title.cases', shell: 'public', roles: ['consumer'], live: true, load: full(() => import('@/features/room/CasesPage.vue')) },
  { path: '/c/:id', name: 'room', title: 'title.room', shell: 'public', roles: inRoom, live: true, quiet: true, load: ofRoom(() => import('@/features/room/RoomPage.vue')) },
  { path: '/c/:id/agreement', name: 'agreement', title: 'title.agreement', shell: 'bare', roles: inRoom, load: full(() => import('@/features/offer/AgreementPage.vue')) },
  { path: '/c/:id/decision', name: 'paper', title: 'title.decision', shell: 'bare', roles: inRoom, load: full(() => import('@/features/board/DecisionPage.vue')) },
  { path: '/sign-in', name: 'sign-in', title: 'title.signIn', shell: 'public', quiet: true, load: full(() => import('@/features/account/SignInPage.vue')) },
  { path: '/account', name: 'account', title: 'title.account', shell: 'public', roles: everybody, load: full(() => import('@/features/account/AccountPage.vue')) },
  { path: '/privacy', name: 'privacy', title: 'title.privacy', shell: 'public', load: full(() => import('@/features/legal/PrivacyPage.vue')) },
  { path: '/rules', name: 'rules', title: 'title.rules', shell: 'public', load: full(() => import('@/features/legal/RulesPage.vue')) },
  { path: '/apply', name: 'apply', title: 'title.apply', shell: 'public', quiet: true, load: full(() => import('@/features/enterprise/ApplyPage.vue')) },
]
