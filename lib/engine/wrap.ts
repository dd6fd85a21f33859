import { markHandled } from '../support/describe.ts';
import { adaptAsync, adaptSync } from './adapt.ts';
import { asyncForm, CompositeRun, type Form } from './compose.ts';
import { answer, beginAsync, beginSync, type Step } from './run.ts';

/**
 * A run around another manager's run. It first yields a request, and answers that itself, because drivers look for an
 * ambient context only in a run that answers a request.
 */
export abstract class WrapperRun extends CompositeRun {
  protected readonly given: unknown;
  private entered: Step | Promise<Step> | undefined;
  private isAnswered = false;

  constructor(form: Form, given: unknown) {
    // Messages name the manager that it enters, never this run.
    super(form, undefined);
    this.given = given;
  }

  override next(): Step | Promise<Step> {
    if (!this.entered) {
      // In the caller's tick, as any setup begins.
      this.entered = super.next();
      markHandled(this.entered);
      return { done: false, value: { [answer]: () => this } };
    }
    if (this.isAnswered) return super.next();
    this.isAnswered = true;
    return this.entered;
  }

  protected enter(): Step | Promise<Step> {
    return this.form === asyncForm ? this.enterAsync() : this.enterSync();
  }

  protected async enterAsync(): Promise<Step> {
    const { given } = this;
    const { run, value } = await beginAsync(adaptAsync(given, 'withAsync()'), given);
    this.items.push({ run, manager: given });
    this.within = run.within;
    return { done: false, value };
  }

  private enterSync(): Step {
    const { given } = this;
    const { run, value, within } = beginSync(adaptSync(given, 'withSync()'), given);
    this.items.push({ run, manager: given });
    this.within = within;
    return { done: false, value };
  }
}
