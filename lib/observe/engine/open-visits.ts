import type { Visit } from '../visit.ts';

/** The open visits, held weakly: a visit that can never end anymore isn't open. */
export class OpenVisits {
  private readonly visits = new Map<Visit['id'], WeakRef<Visit>>();
  private limit = 1_000;

  add(visit: Visit): void {
    if (this.visits.size >= this.limit) {
      this.list();
      this.limit = Math.max(1_000, 2 * this.visits.size);
    }
    this.visits.set(visit.id, new WeakRef(visit));
  }

  delete({ id }: Visit): void {
    this.visits.delete(id);
  }

  /** In the order in which they were entered. */
  list(): Visit[] {
    const found: Visit[] = [];
    for (const [id, reference] of this.visits) {
      const visit = reference.deref();
      if (visit) found.push(visit);
      else this.visits.delete(id);
    }
    return found;
  }
}
