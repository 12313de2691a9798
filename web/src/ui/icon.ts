/*
 * Makes an icon from Lucide's data. The build puts this in the place of Lucide's own maker, whose many ways of being configured
 * nobody uses here and which would cost every first visit 1 KB. Props: size, strokeWidth; class and aria-* go to the svg.
 */
import { h, type FunctionalComponent } from 'vue'

interface IconData {
  readonly node: readonly (readonly [tag: string, attributes: Record<string, string>])[]
}
type Props = { size?: number | string; strokeWidth?: number | string }

export default function makeIcon({ node }: IconData): FunctionalComponent<Props> {
  const icon: FunctionalComponent<Props> = ({ size = 24, strokeWidth = 2 }) =>
    h(
      'svg',
      {
        width: size,
        height: size,
        viewBox: '0 0 24 24',
        fill: 'none',
        stroke: 'currentColor',
        'stroke-width': strokeWidth,
        'stroke-linecap': 'round',
        'stroke-linejoin': 'round',
        'aria-hidden': 'true',
      },
      node.map(([tag, attributes]) => h(tag, attributes)),
    )
  icon.props = ['size', 'strokeWidth']
  return icon
}
