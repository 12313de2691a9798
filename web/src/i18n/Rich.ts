/*
 * A sentence with components in it. Each {name} of the message is a slot:
 *   <Rich :of="messages" k="agree"><template #rules><RouterLink class="link" to="/rules">…</RouterLink></template></Rich>
 * Props: of (dictionary), k (key), tag (default span).
 */
import { defineComponent, h, type PropType } from 'vue'
import { pieces, type AnyDictionary } from '.'

export default defineComponent({
  name: 'RichText',
  props: {
    of: { type: Object as PropType<AnyDictionary>, required: true },
    k: { type: String, required: true },
    tag: { type: String, default: 'span' },
  },
  setup(props, { slots }) {
    return () =>
      h(
        props.tag,
        pieces(props.of, props.k).map(({ text, slot }) =>
          slot ? (slots[slot]?.() ?? `{${slot}}`) : text,
        ),
      )
  },
})
