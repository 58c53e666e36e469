package io.dropwatch.internal.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.internal.owner.SocketTable.Holder;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What a user may make the lookup of owners remember, at its limits. */
class BoundsTest {
  private static final int ENTRIES = 8;
  private static final int CHARACTERS = 40;

  @Property
  void cache_anyNames_keepsTheNewestWithinItsBounds(
      @ForAll @Size(max = 60) List<@IntRange(max = 30) Integer> lengths) {
    var cache = new BoundedCache<Integer, String>(ENTRIES, CHARACTERS, BoundsTest::length);
    for (int i = 0; i < lengths.size(); i++) {
      cache.put(i % 11, "x".repeat(lengths.get(i)));

      assertTrue(cache.size() <= ENTRIES);
      assertTrue(cache.characters() <= CHARACTERS, () -> cache.characters() + " characters");
      assertNotNull(cache.get(i % 11, Long.MAX_VALUE));
    }
  }

  private static int length(Integer key, String value) {
    return value == null ? 0 : value.length();
  }

  @Test
  void cache_oneValueLargerThanAll_isTheOnlyOne() {
    var cache = new BoundedCache<Integer, String>(ENTRIES, CHARACTERS, BoundsTest::length);
    cache.put(1, "a");
    cache.put(2, "x".repeat(CHARACTERS + 1));

    assertEquals(1, cache.size());
    cache.put(3, "b");
    assertEquals(1, cache.size());
    assertNotNull(cache.get(3, Long.MAX_VALUE));
  }

  @Test
  void cache_oldEntry_isNotReturned() {
    var cache = new BoundedCache<Integer, String>(ENTRIES, CHARACTERS, BoundsTest::length);
    cache.put(1, null);

    assertNotNull(cache.get(1, Long.MAX_VALUE));
    assertNull(cache.get(1, -1));
  }

  @Test
  void table_moreSocketsThanFit_keepsTheNewest() {
    SocketTable table = new SocketTable();
    int count = 2 * SocketTable.MAX_SOCKETS;
    for (int inode = 1; inode <= count; inode++) {
      table.put(inode, 10, inode & 0xffff);
    }
    int kept = 0;
    for (int inode = 1; inode <= count; inode++) {
      kept += table.get(inode) == null ? 0 : 1;
    }
    assertTrue(kept <= SocketTable.MAX_SOCKETS && kept > SocketTable.MAX_SOCKETS / 2, "" + kept);
    assertEquals(new Holder(10, count & 0xffff), table.get(count));
  }

  @Test
  void table_severalProcesses_keepsTheParent() {
    SocketTable table = new SocketTable();
    for (int pid : new int[] {1, 9, 7, 8, 1}) {
      table.put(5, pid, 3);
    }
    assertEquals(new Holder(7, 3), table.get(5));
    table.remove(5);
    assertNull(table.get(5));
    assertNull(table.get(6));
  }

  @Test
  void queue_ofOneUser_leavesTurnsToOthers() {
    FairQueue<String> queue = new FairQueue<>();
    for (int i = 0; i < FairQueue.MAX_OF_USER; i++) {
      assertTrue(queue.offer("/mine", 1, "hostile"));
    }
    assertFalse(queue.offer("/mine", 1, "one more"));
    assertTrue(queue.offer("/mine", 2, "same subtree"));
    assertTrue(queue.offer("/web", 1, "web"));

    assertEquals("hostile", queue.poll());
    assertEquals("web", queue.poll());
    assertEquals("same subtree", queue.poll());
    assertTrue(queue.offer("/mine", 1, "again"), "there is room");
  }

  @Test
  void queue_ofManyUsersInOneSubtree_leavesTurnsToOthers() {
    FairQueue<String> queue = new FairQueue<>();
    int offered = 0;
    while (queue.offer("/mine", offered / 8, "hostile")) {
      offered++;
    }
    assertEquals(FairQueue.MAX_OF_SUBTREE, offered);
    assertTrue(queue.offer("/web", 1, "web"));

    assertEquals("hostile", queue.poll());
    assertEquals("web", queue.poll());
  }

  @Test
  void queue_removeIf_leavesTheOthers() {
    FairQueue<Integer> queue = new FairQueue<>();
    for (int i = 0; i < 20; i++) {
      assertTrue(queue.offer("/" + i % 3, i % 2, i));
    }
    queue.removeIf(i -> i != 7);

    assertEquals(7, queue.poll());
    assertNull(queue.poll());
    assertTrue(queue.isEmpty());
  }

  @Test
  void budget_spent_comesBackAsAShareOfTime() {
    Budget budget = new Budget(10, 50);
    long now = System.nanoTime();
    assertTrue(budget.allows(now));
    budget.spend(60_000_000);

    assertFalse(budget.allows(now));
    assertFalse(budget.allows(now + 90_000_000));
    assertTrue(budget.allows(now + 200_000_000));
    assertTrue(budget.allows(now + 3_600_000_000_000L));
    budget.spend(51_000_000);
    assertFalse(budget.allows(now + 3_600_000_000_000L), "no more than 50 ms are saved");
  }
}
