import type { Component } from 'vue'
import type { RouteLocationRaw } from 'vue-router'

/** An entry of a shell's navigation. */
export interface NavItem {
  to: RouteLocationRaw
  label: string
  icon: Component
  /** The page on screen belongs to it although its address differs. */
  current?: boolean
}
