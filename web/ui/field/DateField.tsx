import { Suspense, lazy, useId } from 'react'
import { type FieldProps, Labelled, described } from './Labelled.tsx'

const Picker = lazy(() => import('../DatePicker.tsx'))

type DateFieldProps = FieldProps<string> & {
  min?: string
  max?: string
  autoFocus?: boolean
}

/** A day as `YYYY-MM-DD`, or with `time` a local moment as `YYYY-MM-DDTHH:mm`; empty text for none. */
export function DateField({ time = false, ...props }: DateFieldProps & { time?: boolean }) {
  const own = useId()
  const { label, hint, error, id = own, inline, ...rest } = props
  return (
    <Labelled {...{ inline, id, label, hint, error }}>
      <Suspense fallback={<span className="picker-place" />}>
        <Picker
          id={id}
          kind={time ? 'moment' : 'day'}
          {...(inline && { 'aria-label': label, placeholder: label })}
          {...described(id, hint, error)}
          {...rest}
        />
      </Suspense>
    </Labelled>
  )
}
